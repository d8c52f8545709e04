"""Learned inversion: operators in PyTorch, embeddings, potentials, networks, training and sampling."""

from __future__ import annotations

from geoinv.learned.bridge import as_torch
from geoinv.learned.eunet import EUnet
from geoinv.learned.learned_gradient import LearnedGradient
from geoinv.learned.learned_potential import LearnedPotential
from geoinv.learned.networks import load
from geoinv.learned.optenet import OPTEnet
from geoinv.learned.potential import Potential
from geoinv.learned.proximal import Proximal

__all__ = [
    "EUnet",
    "LearnedGradient",
    "LearnedPotential",
    "OPTEnet",
    "Potential",
    "Proximal",
    "as_torch",
    "load",
]
