"""Tikhonov's estimate of blurred images, where the networks on whitened data begin."""

from __future__ import annotations

from geoinv.classical.stationary import wave_factors
from geoinv.learned.layers.cosine_filter import CosineFilter
from geoinv.operators import Blur

__all__ = ["tikhonov_filter"]


def tikhonov_filter(A: Blur, damping: float) -> CosineFilter:
    """``(A'A + damping I)^-1 A'``: where the networks on whitened data begin."""
    factors = wave_factors(A, "reflective")
    return CosineFilter(factors / (factors**2 + damping))
