"""Wiener's filter and total variation for blurred colour images."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.classical import power_spectrum, total_variation, wiener
from geoinv.experiments.deblurring.problem import Deblurring, noise_levels
from geoinv.experiments.shared.measures import nmse

__all__ = ["TotalVariation", "Wiener"]

Array = npt.NDArray[Any]


class Wiener:
    """Best linear estimate of stationary images whose colours are decorrelated by the training images' axes.

    The axes are orthonormal, so the noise stays white, and each component is an image of its own.

    Parameters
    ----------
    problem : Deblurring
        Its training images give axes, means and power.
    """

    def __init__(self, problem: Deblurring) -> None:
        self.A = problem.A
        colours = np.moveaxis(problem.training, 1, -1).reshape(-1, problem.training.shape[1])
        self.axes = np.linalg.eigh(np.cov(colours, rowvar=False, dtype=np.float64))[1]
        components = self._turned(problem.training, self.axes)
        self.prior = [power_spectrum(component, 2, self.A.boundary) for component in components.swapaxes(0, 1)]

    def __call__(self, data: Array) -> Array:
        """Images of (images, 3, rows, columns) data."""
        components, levels = self._turned(data, self.axes), noise_levels(data)
        found = [
            wiener(self.A, components[:, number], levels[:, number], mean, power, self.A.boundary)
            for number, (mean, power) in enumerate(self.prior)
        ]
        return self._turned(np.stack(found, axis=1), self.axes.T)

    @staticmethod
    def _turned(pictures: Array, axes: Array) -> Array:
        """Components of each pixel's colour along the columns of `axes`."""
        return np.asarray(np.einsum("ncij,ck->nkij", pictures, axes, optimize=True), np.float32)


class TotalVariation:
    """Total variation of each colour.

    Parameters
    ----------
    problem : Deblurring
    """

    def __init__(self, problem: Deblurring) -> None:
        self.problem = problem

    def __call__(self, data: Array, beta: float) -> Array:
        """Images of (images, 3, rows, columns) data at a price."""
        return total_variation(self.problem.A, data, noise_levels(data), beta)

    def validation_error(self, beta: float, count: int) -> float:
        """NMSE of as many validation images at a price."""
        return nmse(self(self.problem.validation_data[:count], beta), self.problem.validation[:count])
