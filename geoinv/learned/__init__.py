"""Learned inversion: operators in PyTorch, embeddings, potentials, networks, training and sampling."""

from __future__ import annotations

from geoinv.algebra.torch_bridge import as_torch
from geoinv.learned.layers.potential import Potential
from geoinv.learned.networks.eunet import EUnet
from geoinv.learned.networks.learned_gradient import LearnedGradient
from geoinv.learned.networks.optenet import OPTEnet
from geoinv.learned.networks.proximal import Proximal
from geoinv.learned.networks.registry import load
from geoinv.learned.priors.geology_prior import GeologyPrior
from geoinv.learned.priors.learned_potential import LearnedPotential

__all__ = [
    "EUnet",
    "GeologyPrior",
    "LearnedGradient",
    "LearnedPotential",
    "OPTEnet",
    "Potential",
    "Proximal",
    "as_torch",
    "load",
]
