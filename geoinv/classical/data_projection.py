"""The model nearest to a given one that fits the data, in a given metric, by one singular value decomposition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["DataProjection"]

Array = npt.NDArray[Any]

LARGEST = 1.0
"""Largest mean square of u, which is one for corrections of the size that the metric expects: beyond it, data that no
model of the space explains would be fitted by ever larger corrections."""

DAMPINGS = (-20.0, 40.0)
"""Powers of ten between which mu lies."""

HALVINGS = 100


@dataclass(frozen=True)
class DataProjection:
    """Corrections ``F u`` of coefficients whose data are ``D F u``, with u as short as a target misfit allows.

    ::

        u = argmin |W (r - D F u)|^2 + mu |u|^2,    mu such that chi^2/N = target,    C = F F' the metric

    Attributes
    ----------
    factor : (coefficients, k) array
        F, a factor of the covariance of what a correction may be.
    basis : (data, k) array
    triangle : (k, k) array
        QR decomposition of ``W D F``.
    weights : (data,) array
        One over the standard deviations.
    """

    factor: Array
    basis: Array
    triangle: Array
    weights: Array

    @classmethod
    def of(cls, data_of_factor: Array, factor: Array, weights: Array) -> DataProjection:
        """Decompose ``D F`` (data, k) with weights (data,)."""
        basis, triangle = np.linalg.qr(weights[:, None] * data_of_factor)
        return cls(factor, basis, triangle, weights)

    def rescaled(self, sizes: Array) -> DataProjection:
        """Projection of the metric whose factor is F with its columns times sizes (k,)."""
        return replace(self, factor=self.factor * sizes, triangle=self.triangle * sizes)

    @cached_property
    def _decomposed(self) -> tuple[Array, Array, Array]:
        """Singular value decomposition of the triangle: most of the work, for corrections alone."""
        left, values, right = np.linalg.svd(self.triangle)
        return left, values, right

    def correction(self, residual: Array, target: float = 1.0, gain: float = 1.0) -> tuple[Array, float]:
        """Correction of the coefficients for a residual (data,), and the chi^2/N that it leaves.

        `gain` multiplies ``W D F``: one decomposition serves problems that differ by a factor on models or noise. The
        correction is zero where the residual fits the target already; where none reaches the target, it stops at the
        size that the metric expects.
        """
        weighted = self.weights * residual
        left, values, right = self._decomposed
        along = left.T @ (self.basis.T @ weighted)
        beyond = float(weighted @ weighted - along @ along)
        values = gain * values

        def step(damping: float) -> Array:
            return np.asarray(values / (values**2 + damping) * along)

        def misfit(damping: float) -> float:
            unfitted = damping / (values**2 + damping) * along
            return (float(unfitted @ unfitted) + beyond) / weighted.size

        if float(weighted @ weighted) <= target * weighted.size:
            return np.zeros(self.factor.shape[0]), float(weighted @ weighted) / weighted.size
        low, high = DAMPINGS
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            damping = 10.0**middle
            fits = misfit(damping) <= target or float(np.mean(step(damping) ** 2)) > LARGEST
            low, high = (middle, high) if fits else (low, middle)
        damping = 10.0**high
        return self.factor @ (right.T @ step(damping)), misfit(damping)
