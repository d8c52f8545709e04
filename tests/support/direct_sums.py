"""Problems for the direct engine, and the matrix that it applies."""

from __future__ import annotations

import numpy as np

import geoinv
from geoinv.operators import Magnetics
from geoinv.operators.magnetic import magnetic_problem
from geoinv.operators.prisms.direct import Direct
from geoinv.operators.prisms.problem import PrismProblem
from geoinv.operators.prisms.weights import KernelWeights


def problem(grid: geoinv.Grid, survey: geoinv.Survey, rtol: float | None, unknown: str = "susceptibility"):
    return magnetic_problem(grid, survey, unknown, np.dtype(np.float64), rtol)


def attraction_problem(
    grid: geoinv.Grid, survey: geoinv.Survey, rtol: float | None, dtype: str = "float64"
) -> PrismProblem:
    """First derivatives at the stations of a survey, alone and all at a time, and a second one beside them."""
    tensors = [*np.eye(3), np.array([0.3, -0.5, 0.2]), np.diag([0.0, 0.0, 20.0])]
    stations = np.column_stack([survey.easting, survey.northing, survey.upward])
    return PrismProblem(grid, stations, KernelWeights.of([[tensor] for tensor in tensors]), np.dtype(dtype), rtol)


def dense(engine: Direct) -> np.ndarray:
    """Matrix (components, stations, unknowns, *cells) by the adjoint."""
    p = engine.problem
    units = np.eye(int(np.prod(p.range_shape))).reshape(-1, *p.range_shape)
    return engine.adjoint(units).reshape(*p.range_shape, p.unknowns, *p.cells.shape)


def draws(A: Magnetics, batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Models and data."""
    random = np.random.default_rng(3)
    models = random.standard_normal((batch, A.problem.unknowns, *A.grid.shape)) * A.grid.active
    return models, random.standard_normal((batch, *A.range_shape))
