"""The linear map from correlated source strengths to data."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.equivalent_sources.layer import SourceLayer
from geoinv.operators.gravity import Gravity
from geoinv.operators.magnetic import Magnetics
from geoinv.operators.prisms.operator import PrismOperator
from geoinv.surveys.survey import Survey

__all__ = ["SourceStrengths", "layer_field"]

Array = npt.NDArray[Any]

RTOL = 1e-5
"""Error of the physics, relative to |A||m|: far below the noise of any survey."""


class SourceStrengths(LinearOperator):
    """Data of a layer of which uncorrelated numbers of variance one are the unknowns.

    ``A S C' diag(s) C`` with C the two-dimensional cosine transform of the columns, ``s = 1 / (w hypot(k, k0))`` (k the
    wavenumber, w the width of a cell, k0 two pi over the layer's extent), S the place of each column's cube and A the
    physics. So the smallest numbers that fit make sources whose amplitudes fall with the wavenumber, as those of rocks
    do and as a stack of layers of growing depth would, and conjugate gradients need no other preconditioner.

    Parameters
    ----------
    layer : SourceLayer
        Where the sources are.
    survey : Survey
        Stations and components.
    physics : PrismOperator
        From the layer's grid to the survey.
    """

    def __init__(self, layer: SourceLayer, physics: PrismOperator) -> None:
        self.layer, self.physics = layer, physics
        self.domain_shape, self.range_shape = layer.level.shape, physics.range_shape
        self.dtype = physics.dtype
        self.survey = physics.survey
        rows, columns = (np.pi * np.arange(count) / count for count in self.domain_shape)
        least = 2.0 * np.pi / max(self.domain_shape)
        self._amplitude = 1.0 / np.sqrt(rows[:, None] ** 2 + columns**2 + least**2)

    def strengths(self, z: Array) -> Array:
        """Sources (..., northing, easting) of numbers of variance one."""
        from scipy.fft import dctn, idctn

        axes = (-2, -1)
        return np.asarray(idctn(self._amplitude * dctn(z, axes=axes, norm="ortho"), axes=axes, norm="ortho"))

    def _forward(self, x: Array) -> Array:
        return np.asarray(self.physics(on_grid(self.layer, self.strengths(x))))

    def _adjoint(self, y: Array) -> Array:
        level, rows, columns = self.layer.places
        return self.strengths(self.physics.T(y)[:, level, rows, columns])


def on_grid(layer: SourceLayer, strengths: Array) -> Array:
    """Model (..., upward, northing, easting) of the strengths (..., northing, easting) of a layer."""
    model = np.zeros((*strengths.shape[:-2], *layer.grid.shape))
    level, rows, columns = layer.places
    model[..., level, rows, columns] = strengths
    return model


def layer_field(layer: SourceLayer, survey: Survey, applications: int, engine: str = "auto") -> PrismOperator:
    """Physics of a layer at the stations of a survey, magnetized along its field or of mass, to be applied so often."""
    physics = Magnetics if survey.kind == "magnetic" else Gravity
    return physics(layer.grid, survey, engine=engine, rtol=RTOL, applications=applications)
