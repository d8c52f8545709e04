"""Synthetic geology: random models of susceptibility under a random ground, and surveys over them (``surveys``)."""

from __future__ import annotations

from geoinv.datasets.geology.kinds import KINDS, TRAINING_KINDS, Kind
from geoinv.datasets.geology.model import Geology
from geoinv.datasets.geology.stream import ModelArrays, RandomGeology

__all__ = ["KINDS", "TRAINING_KINDS", "Geology", "Kind", "ModelArrays", "RandomGeology"]
