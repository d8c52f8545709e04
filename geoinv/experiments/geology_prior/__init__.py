"""The network of GeologyPrior: its examples, its training and how it is calibrated."""

from __future__ import annotations

from geoinv.experiments.geology_prior.experiment import run

__all__ = ["run"]
