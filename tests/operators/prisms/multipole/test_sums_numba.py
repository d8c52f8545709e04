"""Sums over far cells by moments: one matrix in all three directions, in any tasks."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from direct_sums import problem
from makers import FIELD

import geoinv
from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.multipole import _sums_numba as far
from geoinv.operators.prisms.multipole.tables import far_tables

EDGES = np.concatenate([[-90.0, -30.0], 10.0 * np.arange(18.0), [220.0]])
GRID = geoinv.Grid(EDGES, [0.0, 10.0, 20.0, 60.0], [-30.0, -10.0, 0.0])
PLACES = [50.0, 120.0, -80.0, 400.0], [4.0, 16.0, 50.0, -300.0], [5.0, 30.0, 12.0, 80.0]
PROBLEM = problem(GRID, geoinv.Survey(*PLACES, components=("tmi", "bee"), field=FIELD), 1e-6)
TABLES = far_tables(PROBLEM)
LAYERS, ROWS, COLUMNS = GRID.shape
WHOLE = np.array([(0, 4, 0, LAYERS, 0, ROWS)])
BY_STATION = np.array([(n, n + 1, 0, LAYERS, 0, ROWS) for n in range(4)])
BY_ROW = np.array([(0, 4, layer, layer + 1, row, row + 1) for layer in range(LAYERS) for row in range(ROWS)])


def summed(action, tasks, models, data):
    far.far_sum(action, TABLES, PROBLEM.local_stations, tasks, models, data)


def matrix() -> np.ndarray:
    """Column by column, (components, stations, *cells)."""
    models = np.eye(GRID.size).reshape(-1, 1, *GRID.shape)
    data = np.zeros((len(models), *PROBLEM.range_shape))
    summed(far.FORWARD, WHOLE, models, data)
    return np.moveaxis(data, 0, -1).reshape(*PROBLEM.range_shape, *GRID.shape)


@pytest.mark.kernels
def test_every_entry_is_that_of_the_prism():
    exact = cell_fields(PROBLEM, PROBLEM.local_stations)[:, :, 0]
    size = np.linalg.norm(exact, axis=1, keepdims=True)
    npt.assert_allclose(matrix() / size, exact / size, rtol=0, atol=1e-5)


@pytest.mark.kernels
def test_stations_may_be_divided():
    model, data = np.random.default_rng(0).standard_normal((1, 1, *GRID.shape)), np.zeros((1, *PROBLEM.range_shape))
    summed(far.FORWARD, BY_STATION, model, data)
    npt.assert_allclose(data[0], np.tensordot(matrix(), model[0, 0], 3), rtol=1e-6, atol=1e-6 * abs(data).max())


@pytest.mark.kernels
@pytest.mark.parametrize("tasks", [WHOLE, BY_ROW], ids=["whole", "rows"])
def test_the_adjoint_and_the_diagonal_are_those_of_the_same_matrix(tasks):
    data, entries = np.random.default_rng(1).random((1, *PROBLEM.range_shape)), matrix()
    for action, rows in ((far.ADJOINT, entries), (far.DIAGONAL, entries**2)):
        models = np.zeros((1, 1, *GRID.shape))
        summed(action, tasks, models, data)
        expected = np.tensordot(data[0], rows, 2)
        npt.assert_allclose(models[0, 0], expected, rtol=1e-5, atol=1e-5 * abs(expected).max())
