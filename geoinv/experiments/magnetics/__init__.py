"""Magnetics: digits as magnetized sections under a line of stations (Figures 6, 7 and 12, and their table)."""

from __future__ import annotations

from geoinv.experiments.magnetics.experiment import run

__all__ = ["run"]
