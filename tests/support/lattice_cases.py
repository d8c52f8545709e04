"""Draped surveys over uniform cells, and their exact fields."""

from __future__ import annotations

import numpy as np
from makers import FIELD

import geoinv
from geoinv.operators.magnetic import magnetic_problem
from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.precorrected_fft.engine import LatticeEngine
from geoinv.operators.prisms.problem import PrismProblem

GRID = geoinv.Grid.regular((8, 20, 24), (25.0, 50.0, 50.0), (-200.0, 6.0e6, 5.0e5))
SINGLE, DOUBLE = np.dtype(np.float32), np.dtype(np.float64)


def ground(easting: np.ndarray, northing: np.ndarray) -> np.ndarray:
    """Height of rolling hills, in metres."""
    return -60.0 - 60.0 * np.sin((easting - 5.0e5) / 300.0) * np.cos((northing - 6.0e6) / 250.0)


HILLS = GRID.with_active(GRID.upward[:, None, None] < ground(GRID.easting, GRID.northing[:, None]))


def draped(count: int, components: tuple[str, ...] = ("tmi",), beyond: float = 100.0) -> geoinv.Survey:
    """Stations 30 to 150 m above the hills, some beside the grid."""
    random = np.random.default_rng(3)
    easting = 5.0e5 + random.uniform(-beyond, 1200.0 + beyond, count)
    northing = 6.0e6 + random.uniform(-beyond, 1000.0 + beyond, count)
    upward = ground(easting, northing) + random.uniform(30.0, 150.0, count)
    return geoinv.Survey(easting, northing, upward, components=components, field=FIELD)


def at(points: list[tuple[float, float, float]], components: tuple[str, ...] = ("tmi", "be", "buu")) -> geoinv.Survey:
    """Stations by their place from the south-western corner of the grid."""
    return geoinv.Survey(*np.add(points, (5.0e5, 6.0e6, 0.0)).T, components=components, field=FIELD)


def problem_of(
    survey: geoinv.Survey,
    rtol: float | None = None,
    storage: np.dtype = DOUBLE,
    unknown: str = "susceptibility",
    grid: geoinv.Grid = HILLS,
) -> PrismProblem:
    return magnetic_problem(grid, survey, unknown, storage, rtol)


def exact_matrix(problem: PrismProblem) -> np.ndarray:
    """Matrix (components, stations, unknowns * active cells)."""
    fields = cell_fields(problem, problem.local_stations)[..., problem.cells.active]
    return fields.reshape(*fields.shape[:2], -1)


def matrix_of(engine: LatticeEngine) -> np.ndarray:
    """Matrix of the engine, row by row."""
    shape = engine.problem.range_shape
    rows = engine.adjoint(np.eye(shape[0] * shape[1]).reshape(-1, *shape))
    return rows[..., engine.problem.cells.active].reshape(*shape, -1)


def assert_within_tolerance(problem: PrismProblem, rtol: float) -> None:
    """For models of one cell, of any signs and of one sign."""
    exact = exact_matrix(problem)
    error = matrix_of(LatticeEngine(problem)) - exact
    positive = np.random.default_rng(4).random(exact.shape[2])
    for e, a in zip(error, exact, strict=True):
        assert (np.linalg.norm(e, axis=0) <= rtol * np.linalg.norm(a, axis=0)).all()
        assert np.linalg.norm(abs(e) @ positive) <= rtol * np.linalg.norm(abs(a) @ positive)
        assert np.linalg.norm(e @ positive) <= rtol * np.linalg.norm(a @ positive)
