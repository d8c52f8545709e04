"""Strengths of the magnetic field, not linear in a model: amplitude data, and what a scalar sensor measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.conventions.quantities import QUANTITIES
from geoinv.core.checks import InputError
from geoinv.meshes.tensor import Grid
from geoinv.operators.magnetic import Magnetics
from geoinv.operators.nonlinear import AroundPrisms
from geoinv.surveys.main_field import total_field_anomaly
from geoinv.surveys.survey import Survey

__all__ = ["FieldStrength"]

Array = npt.NDArray[Any]


class FieldStrength(AroundPrisms):
    """Strength of the magnetic field of prisms.

    Maps models as :class:`geoinv.operators.Magnetics` takes them to data (components, stations): all of its components,
    and in nT

    ===============  ================================================================
    ``b_amplitude``  ``|B|``, which depends little on the direction of magnetization
    ``tmi_exact``    ``|B0 + B| - |B0|``, what a scalar magnetometer measures
    ===============  ================================================================

    The map is not linear: :meth:`linearise` gives the exact Jacobian at a model. Where B is 0 its strength has no
    derivative, and the one along the main field is taken, so that an inversion can start from a model of zeros.

    Parameters
    ----------
    mesh : Grid
        Cells; only the active ones count.
    survey : Survey
        Stations, components and field.
    engine, rtol, dtype, unknown, memory_budget, applications
        As :class:`geoinv.operators.Magnetics` takes them.

    Attributes
    ----------
    vector : Magnetics
        Operator of the components that those of the survey are computed from.

    Raises
    ------
    InputError
        As :class:`geoinv.operators.Magnetics` does.

    Notes
    -----
    Shearer and Li (2004), 3D inversion of magnetic total gradient data in the presence of remanent magnetization.

    Examples
    --------
    >>> import geoinv
    >>> grid = geoinv.Grid.regular(shape=(2, 2, 2), spacing=(10, 10, 10), origin=(-20, 0, 0))
    >>> field = geoinv.MainField(90.0, 0.0, 50000.0)
    >>> survey = geoinv.Survey([10.0], [10.0], [10.0], components=("b_amplitude", "tmi_exact"), field=field)
    >>> FieldStrength(grid, survey)(np.full(grid.shape, 0.01)).round(3).tolist()
    [[67.391], [67.391]]
    """

    def __init__(
        self,
        mesh: Grid,
        survey: Survey,
        engine: str = "auto",
        rtol: float | None = None,
        dtype: npt.DTypeLike = "float64",
        unknown: str = "susceptibility",
        memory_budget: float | None = None,
        applications: int | None = None,
    ) -> None:
        self.vector = Magnetics(
            mesh, _of_parts(self.name, survey), engine, rtol, dtype, unknown, memory_budget, applications
        )
        super().__init__(self.vector, survey, unknown)

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Data (..., components, stations) of models; leading dimensions are a batch."""
        parts = dict(zip(self.vector.survey.components, np.moveaxis(self.vector(x), -2, 0), strict=True))
        rows = [self._row(name, parts) for name in self.survey.components]
        return np.stack(rows, axis=-2).astype(self.dtype, copy=False)

    def _row(self, name: str, parts: Mapping[str, Array]) -> Array:
        if name in parts:
            return parts[name]
        be, bn, bu = (parts[part] for part in QUANTITIES[name].computed_from)
        if name == "b_amplitude":
            return np.asarray(np.sqrt(be**2 + bn**2 + bu**2))
        return total_field_anomaly(be, bn, bu, self.survey.main_field)

    def linearise(self, x: npt.ArrayLike) -> LinearOperator:
        """Jacobian at a model: the change of B along its direction, or along that of the whole field."""
        field = np.asarray(self.vector(x), np.float64)
        places = {name: row for row, name in enumerate(self.vector.survey.components)}
        main = self.survey.main_field
        base = main.intensity * main.direction[:, None]
        slopes = np.zeros((*self.range_shape[:1], *field.shape))
        for slope, name in zip(slopes, self.survey.components, strict=True):
            if name in places:
                slope[places[name]] = 1.0
                continue
            rows = [places[part] for part in QUANTITIES[name].computed_from]
            whole = field[rows] if name == "b_amplitude" else base + field[rows]
            size = np.sqrt(np.sum(whole**2, axis=0))
            along = whole / np.where(size > 0.0, size, 1.0)
            slope[rows] = np.where(size > 0.0, along, main.direction[:, None])
        return _Slopes(slopes, self) @ self.vector

    def gram_diagonal(self, weights: npt.ArrayLike = 1.0) -> npt.NDArray[np.float64]:
        """Bound of the diagonal of ``J' W^2 J`` at any model, for weights against depth: that of the vector B."""
        squared = np.broadcast_to(np.asarray(weights, np.float64) ** 2, self.range_shape)
        parts = self.vector.survey.components
        of_parts = np.zeros(self.vector.range_shape)
        for row, name in zip(squared, self.survey.components, strict=True):
            for part in QUANTITIES[name].computed_from or (name,):
                of_parts[parts.index(part)] += row
        return self.vector.gram_diagonal(np.sqrt(of_parts))


def _of_parts(owner: str, survey: Survey) -> Survey:
    """Survey of the components that those of a survey are computed from."""
    if not isinstance(survey, Survey) or survey.kind != "magnetic":
        of = f"one of {' '.join(survey.components)}" if isinstance(survey, Survey) else type(survey).__name__
        raise InputError(f"{owner} expects a Survey of magnetic components, got {of}; give magnetic data")
    parts = [part for name in survey.components for part in QUANTITIES[name].computed_from or (name,)]
    return survey.with_components(tuple(dict.fromkeys(parts)))


class _Slopes(LinearOperator):
    """Change of each datum with the parts (parts, stations) that it is computed from."""

    def __init__(self, slopes: npt.NDArray[np.float64], model: FieldStrength) -> None:
        self._slopes, self.dtype = slopes, model.dtype
        self.survey = model.survey
        self.domain_shape, self.range_shape = model.vector.range_shape, model.range_shape

    def _forward(self, x: Array) -> Array:
        return np.asarray(np.einsum("cps,bps->bcs", self._slopes, x))

    def _adjoint(self, y: Array) -> Array:
        return np.asarray(np.einsum("cps,bcs->bps", self._slopes, y))
