"""Inversions with a reweighted regularizer: where they end, what they say, what they refuse."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.algebra.matrices import MatrixOperator
from geoinv.inversion.outcome import Outcome
from geoinv.operators import Magnetics

RANDOM = np.random.default_rng(0)
A = MatrixOperator(RANDOM.standard_normal((30, 60)))
TRUTH = np.where(np.arange(60) // 5 == 4, 1.0, 0.0)
DATA = A(TRUTH) + 0.1 * RANDOM.standard_normal(30)


def sparse(**arguments):
    return geoinv.Sparse(weighting=None, **arguments)


def test_it_ends_in_the_window_and_says_how_many_times_it_reweighted():
    solution = geoinv.invert(A, DATA, 0.1, sparse())
    assert solution.reached
    assert solution.outcome is Outcome.REACHED
    assert solution.status.startswith("target reached after ")
    assert " reweightings: chi^2/N = " in solution.status
    assert 0.98 <= solution.chi2_per_datum <= 1.01


def test_the_model_is_where_the_objective_of_its_own_weights_is_flat():
    solution = geoinv.invert(A, DATA, 0.1, sparse(p_small=1.0), iterations=60)
    phi = sparse(p_small=1.0).bind(A)
    # epsilon is cooled from the largest amplitude of the smooth model, which the loop began with
    smooth = geoinv.invert(A, DATA, 0.1, geoinv.Smooth(smoothness=phi.smoothness, weighting=None)).model
    while not phi.settled:
        phi = phi.update(smooth, 1.0)
    phi = phi.update(solution.model, 1.0)
    misfit = A.T((A(solution.model) - DATA) / 0.1**2)
    slope = misfit + solution.beta * phi.gradient(solution.model)
    assert np.abs(slope).max() < 0.1 * np.abs(misfit).max()


def test_bounds_hold():
    solution = geoinv.invert(A, DATA, 0.1, sparse(), bounds=(0.0, 0.9), target=3.0)
    assert solution.model.min() >= 0.0
    assert solution.model.max() <= 0.9
    assert solution.reached


def test_a_beta_that_is_given_stays():
    solution = geoinv.invert(A, DATA, 0.1, sparse(), beta=7.0)
    assert solution.beta == 7.0
    assert solution.outcome is Outcome.BETA_AS_GIVEN
    assert "reweightings, converged" in solution.status
    assert {step.beta for step in solution.history} == {7.0}


def test_sums_are_reweighted_term_by_term():
    alone = geoinv.invert(A, DATA, 0.1, sparse())
    twice = geoinv.invert(A, DATA, 0.1, 0.5 * sparse() + 0.5 * sparse())
    npt.assert_allclose(twice.model, alone.model, atol=0.02)
    mixed = geoinv.invert(A, DATA, 0.1, sparse() + geoinv.Smooth(weighting=None))
    assert mixed.reached
    assert " reweightings" in mixed.status


def test_data_that_no_model_fits_are_not_reweighted():
    tall = MatrixOperator(RANDOM.standard_normal((50, 4)))
    solution = geoinv.invert(tall, RANDOM.standard_normal(50), 0.01, sparse())
    assert not solution.reached
    assert "with the first weights of Sparse" in solution.status


def test_data_that_the_reference_fits_leave_it_where_it_is():
    solution = geoinv.invert(A, np.full(30, 0.01), 0.1, sparse())
    assert solution.outcome is Outcome.REFERENCE_FITS
    npt.assert_array_equal(solution.model, np.zeros(60))


def test_penalties_of_different_weights_make_no_l_curve():
    with pytest.raises(geoinv.InputError, match="the L-curve compares the penalties of one regularizer"):
        geoinv.invert(A, DATA, 0.1, sparse(), beta="l-curve")
    with pytest.raises(geoinv.InputError, match="the L-curve compares the penalties of one regularizer"):
        geoinv.l_curve(A, DATA, 0.1, sparse())


def test_blocks_in_a_half_space_are_found_better_than_by_smooth():
    grid = geoinv.Grid.regular((8, 14, 14), (25.0, 25.0, 25.0), (-200.0, 0.0, 0.0))
    truth = np.zeros(grid.shape)
    truth[3:7, 2:6, 2:6] = 0.06
    truth[3:6, 8:12, 8:12] = 0.04
    easting, northing = (c.ravel() for c in np.meshgrid(*2 * [np.arange(12.5, 350.0, 25.0)]))
    survey = geoinv.Survey(easting, northing, np.full(easting.size, 20.0), field=geoinv.MainField(65.0, 25.0, 5e4))
    A = Magnetics(grid, survey)
    clean = np.asarray(A(truth))
    deviation = 1.0 + 0.01 * np.abs(clean)
    data = clean + deviation * np.random.default_rng(1).standard_normal(clean.shape)
    errors = []
    for phi in (geoinv.Smooth(), geoinv.Sparse()):
        solution = geoinv.invert(A, data, deviation, phi, bounds=(0.0, np.inf))
        assert 0.98 <= solution.chi2_per_datum <= 1.01
        errors.append(float(np.sum((solution.model - truth) ** 2) / np.sum(truth**2)))
    assert errors[1] < 0.7 * errors[0]
    for value in (0.06, 0.04):
        inside = solution.model[truth == value]
        amplitude = float(np.median(inside[inside > 0.5 * inside.max()]))
        assert 0.5 * value < amplitude < 1.5 * value
