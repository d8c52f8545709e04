"""Problems for the direct engine, and the matrix that it applies."""

from __future__ import annotations

import numpy as np

import geoinv
from geoinv.operators.magnetic import magnetic_problem
from geoinv.operators.prisms.direct import Direct


def problem(grid: geoinv.Grid, survey: geoinv.Survey, rtol: float | None, unknown: str = "susceptibility"):
    return magnetic_problem(grid, survey, unknown, np.dtype(np.float64), rtol)


def dense(engine: Direct) -> np.ndarray:
    """Matrix (components, stations, unknowns, *cells) by the adjoint."""
    p = engine.problem
    units = np.eye(int(np.prod(p.range_shape))).reshape(-1, *p.range_shape)
    return engine.adjoint(units).reshape(*p.range_shape, p.unknowns, *p.cells.shape)
