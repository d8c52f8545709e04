"""Warm starts: an initial model starts the search, and does not answer it."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from small_inversions import PRECISE, buried_cube, small_matrix

import geoinv
from geoinv.inversion.problem import InverseProblem
from geoinv.inversion.warm_start import beta_of

BOUNDS = (0.0, np.inf)


def problem_of(A, data, phi, bounds, initial):
    problem = InverseProblem.make(A, data, 1.0, phi, bounds, "none", initial, None, 0)
    return problem, problem.objective.evaluate(problem.start)


@pytest.mark.parametrize("bounds", [(-np.inf, np.inf), (0.0, 0.3)])
def test_the_beta_of_a_minimum_is_found(bounds):
    A, data = small_matrix(), np.random.default_rng(1).standard_normal(12)
    phi = geoinv.Smooth(weighting=None)
    solution = geoinv.invert(A, data, 1.0, phi, bounds, beta=0.7, solver=PRECISE)
    assert beta_of(*problem_of(A, data, phi, bounds, solution.model)) == pytest.approx(0.7, rel=1e-4)


def test_a_model_that_no_inversion_made_has_none():
    A, data, true = buried_cube(engine="dense")
    for model in (true, np.full(A.domain_shape, 0.01), np.random.default_rng(0).random(A.domain_shape)):
        assert beta_of(*problem_of(A, data, geoinv.Smooth(), BOUNDS, model)) is None
    # nor has one at which the regularizer has no slope
    assert beta_of(*problem_of(A, data, geoinv.Smooth(), BOUNDS, np.zeros(A.domain_shape))) is None


def test_a_start_that_fits_the_data_is_not_the_answer():
    A, data, true = buried_cube(engine="dense", noise=0.0)
    wanted = geoinv.invert(A, data, 1.0, bounds=BOUNDS)
    found = geoinv.invert(A, data, 1.0, bounds=BOUNDS, initial=true)
    assert np.linalg.norm(true - wanted.model) > 0.5 * np.linalg.norm(true)
    npt.assert_allclose(found.model, wanted.model, atol=0.01 * wanted.model.max())


def test_the_model_of_another_target_starts_at_its_beta():
    A, data, _ = buried_cube(engine="dense")
    rough = geoinv.invert(A, data, 1.0, bounds=BOUNDS, target=1.4)
    cold = geoinv.invert(A, data, 1.0, bounds=BOUNDS)
    warm = geoinv.invert(A, data, 1.0, bounds=BOUNDS, initial=rough.model)
    assert warm.history[0].beta == pytest.approx(rough.beta, rel=0.1)
    assert len(warm.history) < len(cold.history)
    assert warm.reached
    npt.assert_allclose(warm.model, cold.model, atol=0.02 * cold.model.max())


def test_compact_goes_on_from_the_smooth_model_to_the_compact_one():
    A, data, _ = buried_cube(engine="dense")
    compact = geoinv.Sparse(p_small=0.0, p_smooth=1.0, smoothness=1.0)
    smooth = geoinv.invert(A, data, 1.0, bounds=BOUNDS)
    cold = geoinv.invert(A, data, 1.0, compact, BOUNDS)
    warm = geoinv.invert(A, data, 1.0, compact, BOUNDS, initial=smooth.model)
    assert warm.reached
    assert warm.history[0].beta == pytest.approx(smooth.beta, rel=0.05)
    assert len(warm.history) < len(cold.history)
    # more compact than the smooth model, as from the reference
    top = [np.sort(model.ravel())[-20:].sum() / model.sum() for model in (smooth.model, cold.model, warm.model)]
    assert top[1] > 1.3 * top[0]
    assert top[2] == pytest.approx(top[1], rel=0.05)
