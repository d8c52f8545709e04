"""Regularizers on synthetic geology: fresh models under topography, and kinds that nothing was trained on."""

from __future__ import annotations

from geoinv.experiments.geology.experiment import run

__all__ = ["run"]
