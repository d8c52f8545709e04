"""Strengths of the magnetic field, not linear in a model: amplitude data, and what a scalar sensor measures."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.forward_model import NonlinearOperator
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError
from geoinv.meshes.tensor import Grid
from geoinv.operators.magnetic import Magnetics
from geoinv.surveys.main_field import total_field_anomaly
from geoinv.surveys.quantities import QUANTITIES
from geoinv.surveys.survey import Survey

__all__ = ["FieldStrength"]

Array = npt.NDArray[Any]


class FieldStrength(NonlinearOperator):
    """Strength of the magnetic field of prisms.

    Maps models as :class:`geoinv.operators.Magnetics` takes them to data (components, stations) in nT:

    ==============  ================================================================
    ``b_amplitude``  ``|B|``, which depends little on the direction of magnetization
    ``tmi_exact``    ``|B0 + B| - |B0|``, what a scalar magnetometer measures
    ==============  ================================================================

    The map is not linear: :meth:`linearise` gives the exact Jacobian at a model. Where B is 0 its strength has no
    derivative, and the one along the main field is taken, so that an inversion can start from a model of zeros.

    Parameters
    ----------
    mesh : Grid
        Cells; only the active ones count.
    survey : Survey
        Stations and field, and of the components above one or both.
    engine, rtol, dtype, unknown, memory_budget, applications
        As :class:`geoinv.operators.Magnetics` takes them.

    Attributes
    ----------
    vector : Magnetics
        Operator of the three components of B.

    Raises
    ------
    InputError
        If the survey has other components, or as :class:`geoinv.operators.Magnetics` does.

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
        known = [name for name, quantity in QUANTITIES.items() if quantity.computed_from]
        other = [name for name in getattr(survey, "components", ()) if name not in known]
        if other:
            raise InputError(
                f"{self.name} expects components among {' '.join(known)}, got {' '.join(other)}; take "
                f"geoinv.operators.{'Magnetics' if survey.kind == 'magnetic' else 'Gravity'} for these, in a survey of "
                "their own"
            )
        of_vector = survey.with_components(("be", "bn", "bu")) if isinstance(survey, Survey) else survey
        self.vector = Magnetics(mesh, of_vector, engine, rtol, dtype, unknown, memory_budget, applications)
        self.mesh, self.survey, self.unknown, self.dtype = mesh, survey, unknown, self.vector.dtype
        self.domain_shape, self.range_shape = self.vector.domain_shape, survey.range_shape
        self.decay_exponent = self.vector.decay_exponent
        self.choice, self.engine = self.vector.choice, self.vector.engine

    @property
    def domain_names(self) -> tuple[str, ...]:
        """Names of the model's dimensions."""
        return self.vector.domain_names

    @property
    def range_names(self) -> tuple[str, ...]:
        """Names of the data's dimensions."""
        return self.vector.range_names

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Data (..., components, stations) of models; leading dimensions are a batch."""
        be, bn, bu = np.moveaxis(self.vector(x), -2, 0)
        rows = [
            np.sqrt(be**2 + bn**2 + bu**2)
            if name == "b_amplitude"
            else total_field_anomaly(be, bn, bu, self.survey.main_field)
            for name in self.survey.components
        ]
        return np.stack(rows, axis=-2).astype(self.dtype, copy=False)

    def linearise(self, x: npt.ArrayLike) -> LinearOperator:
        """Jacobian at a model: the change of B along its direction, or along that of the whole field."""
        field = np.asarray(self.vector(x), np.float64)
        main = self.survey.main_field
        base = main.intensity * main.direction[:, None]
        directions = []
        for name in self.survey.components:
            whole = field if name == "b_amplitude" else base + field
            size = np.sqrt(np.sum(whole**2, axis=0))
            along = whole / np.where(size > 0.0, size, 1.0)
            directions.append(np.where(size > 0.0, along, main.direction[:, None]))
        return _Along(np.array(directions), self) @ self.vector

    def gram_diagonal(self, weights: npt.ArrayLike = 1.0) -> npt.NDArray[np.float64]:
        """Bound of the diagonal of ``J' W^2 J`` at any model, for weights against depth: that of the vector B."""
        squared = np.broadcast_to(np.asarray(weights, np.float64) ** 2, self.range_shape).sum(axis=0)
        return self.vector.gram_diagonal(np.broadcast_to(np.sqrt(squared), self.vector.range_shape))


class _Along(LinearOperator):
    """Vectors (3, stations) along a direction for each datum."""

    def __init__(self, directions: npt.NDArray[np.float64], model: FieldStrength) -> None:
        self._directions, self.dtype = directions, model.dtype
        self.survey = model.survey
        self.domain_shape, self.range_shape = model.vector.range_shape, model.range_shape

    def _forward(self, x: Array) -> Array:
        return np.asarray(np.einsum("cas,bas->bcs", self._directions, x))

    def _adjoint(self, y: Array) -> Array:
        return np.asarray(np.einsum("cas,bcs->bas", self._directions, y))
