"""The direct engine beside the matrix that it does not store."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from direct_sums import problem
from makers import FIELD, padded_grid, scattered_survey

import geoinv
from geoinv.operators.prisms.dense import Dense
from geoinv.operators.prisms.direct import Direct, direct_estimate, offer
from geoinv.operators.prisms.offer import Offer, Refusal

GRID = padded_grid()
SURVEY = scattered_survey(("tmi", "be", "buu"))


def on_faces() -> geoinv.Survey:
    """Stations on vertical faces, on an edge, on top, and inside a cell."""
    places = [(0.0, 20.0, -5.0), (5.0, 25.0, -20.0), (10.0, 25.0, -5.0), (5.0, 30.0, 0.0), (-5.0, 30.0, -5.0)]
    return geoinv.Survey(*np.array(places).T, components=("tmi", "be", "bnn"), field=FIELD)


@pytest.mark.parametrize("survey", [SURVEY, on_faces()], ids=["scattered", "on faces"])
@pytest.mark.parametrize(("rtol", "error"), [(None, 1e-12), (1e-5, 1e-5)])
@pytest.mark.parametrize("unknown", ["susceptibility", "magnetization"])
def test_it_gives_what_the_matrix_gives(unknown, rtol, error, survey):
    p = problem(GRID, survey, rtol, unknown)
    engine, matrix, random = Direct(p), Dense(problem(GRID, survey, None, unknown)), np.random.default_rng(0)
    models = random.random((2, p.unknowns, *GRID.shape)) * GRID.active
    expected = matrix.forward(models)
    npt.assert_allclose(engine.forward(models), expected, rtol=0, atol=error * abs(expected).max())
    data = random.standard_normal((2, *p.range_shape))
    gradient = matrix.adjoint(data)
    found = engine.adjoint(data)[..., GRID.active]
    npt.assert_allclose(found, gradient[..., GRID.active], rtol=0, atol=error * abs(gradient).max())
    squared = random.random(p.range_shape)
    diagonal = matrix.gram_diagonal(squared)
    found = engine.gram_diagonal(squared)[..., GRID.active]
    npt.assert_allclose(found, diagonal[..., GRID.active], rtol=10.0 * error, atol=10.0 * error * diagonal.max())


def test_integers_and_single_precision_are_summed_in_double():
    engine = Direct(problem(GRID, SURVEY, None))
    whole = np.ones((1, 1, *GRID.shape), int)
    npt.assert_array_equal(engine.forward(whole), engine.forward(whole.astype(float)))
    npt.assert_array_equal(engine.forward(whole.astype(np.float32)), engine.forward(whole.astype(float)))


def test_far_prisms_are_refused_without_a_tolerance_and_taken_with_one():
    far = geoinv.Survey([5e8], [0.0], [10.0], field=FIELD)
    assert isinstance(offer(problem(GRID, far, None), 1e9, 10), Refusal)
    assert isinstance(offer(problem(GRID, far, 1e-5), 1e9, 10), Offer)


def test_the_estimate_grows_with_stations_and_with_components_and_never_with_memory_for_pairs():
    one = direct_estimate(problem(GRID, scattered_survey(("tmi",)), None))
    three = direct_estimate(problem(GRID, SURVEY, None))
    assert three.apply == pytest.approx(3.0 * one.apply)
    many = geoinv.Survey(*np.repeat([[0.0], [0.0], [9.0]], 10_000, axis=1), field=FIELD)
    assert direct_estimate(problem(GRID, many, None)).memory < 8.0 * 10_000 * GRID.size / 10
