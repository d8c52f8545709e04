"""Deblurring of colour images: Table 2 and Figures 5 and 8-11, with Wiener's filter and total variation beside."""

from __future__ import annotations

from geoinv.experiments.deblurring.experiment import run

__all__ = ["run"]
