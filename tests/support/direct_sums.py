"""Problems for the direct engine, and the matrix that it applies."""

from __future__ import annotations

import numpy as np

import geoinv
from geoinv.operators.prisms.direct import Direct
from geoinv.operators.prisms.problem import MagneticProblem


def problem(grid: geoinv.Grid, survey: geoinv.Survey, rtol: float | None, unknown: str = "susceptibility"):
    return MagneticProblem(grid, survey, unknown, np.dtype(np.float64), rtol)


def dense(engine: Direct) -> np.ndarray:
    """Matrix (components, stations, unknowns, *cells) by the adjoint."""
    p = engine.problem
    units = np.eye(p.components * p.survey.stations).reshape(-1, p.components, p.survey.stations)
    return engine.adjoint(units).reshape(p.components, p.survey.stations, p.unknowns, *p.grid.shape)
