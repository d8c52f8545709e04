"""The matrix of prisms beside choclo's, cell by cell."""

from __future__ import annotations

import choclo
import numpy as np
import numpy.testing as npt
import pytest
from direct_sums import attraction_problem, problem
from makers import padded_grid, scattered_survey

from geoinv.operators.prisms.dense import Dense, cell_fields, dense_estimate

GRID = padded_grid()
SURVEY = scattered_survey(("tmi", "bnu"))


def choclo_rows(survey):
    """First derivatives (3, stations, *cells) along easting, northing, upward of the integral of 1/r."""
    forces = (choclo.prism.gravity_e, choclo.prism.gravity_n, choclo.prism.gravity_u)
    up, north, east = (GRID.edges(axis) for axis in ("upward", "northing", "easting"))
    rows = np.empty((3, survey.stations, *GRID.shape))
    for place in np.ndindex(rows.shape[1:]):
        station, k, j, i = place
        where = (survey.easting[station], survey.northing[station], survey.upward[station])
        cell = (east[i], east[i + 1], north[j], north[j + 1], up[k], up[k + 1])
        rows[(slice(None), *place)] = [force(*where, *cell, 1.0) for force in forces]
    return rows / choclo.constants.GRAVITATIONAL_CONST


def test_first_derivatives_are_those_of_choclo():
    p = attraction_problem(GRID, SURVEY, None)
    found, expected = cell_fields(p, p.local_stations)[:3, :, 0], choclo_rows(SURVEY)
    npt.assert_allclose(found, expected, rtol=0, atol=1e-10 * abs(expected).max())


@pytest.mark.parametrize("unknown", ["susceptibility", "magnetization"])
def test_forward_adjoint_and_diagonal_are_those_of_the_matrix(unknown):
    p = problem(GRID, SURVEY, None, unknown)
    rows = cell_fields(p, p.local_stations) * GRID.active
    matrix = rows.reshape(np.prod(p.range_shape), -1)
    engine, random = Dense(p), np.random.default_rng(0)
    models = random.standard_normal((2, p.unknowns, *GRID.shape))
    data = random.standard_normal((2, *p.range_shape))
    size = abs(matrix).max()
    npt.assert_allclose(engine.forward(models).reshape(2, -1), models.reshape(2, -1) @ matrix.T, atol=1e-12 * size)
    npt.assert_allclose(engine.adjoint(data).reshape(2, -1), data.reshape(2, -1) @ matrix, atol=1e-12 * size)
    squared = random.random(p.range_shape)
    npt.assert_allclose(engine.gram_diagonal(squared).ravel(), squared.ravel() @ matrix**2, rtol=1e-11, atol=1e-30)


def test_cells_that_are_not_active_take_no_memory_and_give_nothing():
    p = problem(GRID, SURVEY, None)
    none = problem(GRID.with_active(np.arange(GRID.size).reshape(GRID.shape) == 3), SURVEY, None)
    assert dense_estimate(none, 10).memory < dense_estimate(p, 10).memory
    model = np.ones((1, 1, *GRID.shape))
    rows = cell_fields(none, none.local_stations).reshape(*none.range_shape, -1)
    npt.assert_allclose(Dense(none).forward(model)[0], rows[..., 3], rtol=1e-12)
    gradient = Dense(none).adjoint(np.ones((1, *none.range_shape)))
    assert np.flatnonzero(gradient).tolist() == [3]
