"""Ablations: what the embedding, unshared weights, learned dictionaries and the number of layers are worth."""

from __future__ import annotations

from geoinv.experiments.ablations.experiment import run

__all__ = ["run"]
