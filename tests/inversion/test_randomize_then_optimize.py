"""Draws of a posterior: exact where they should be, and refused where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.testing as npt
import pytest
from dense_posterior import posterior_of, small_survey

import geoinv
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.randomize_then_optimize import Posterior

A, DATA, DEVIATION = small_survey()


@pytest.mark.parametrize("base_level", ["none", "fit"])
def test_a_draw_is_the_minimum_of_the_perturbed_problem(base_level):
    solution = geoinv.invert(A, DATA, DEVIATION, geoinv.Smooth(reference=0.01), base_level=base_level, beta=5.0)
    posterior = Posterior.of("ensemble", solution)
    drawn = posterior.perturbation(np.random.default_rng(1))
    found = posterior.model(posterior.minimum(posterior.objective, drawn, posterior.z).state.z)
    mean, covariance = posterior_of(solution)
    active = A.mesh.active
    noise = posterior.seen(drawn.noise) / DEVIATION**2
    pull = (A.T(noise) + 5.0 * drawn.slope)[active]
    difference = found[active] - (mean + covariance @ pull)
    # as near as asked: half of the squared distance in the metric of the posterior, beside half the unknowns
    assert difference @ np.linalg.solve(covariance, difference) < 2e-3 * active.sum()
    npt.assert_array_equal(found[~active], 0.0)


def test_a_model_that_leaves_the_numbers_counts_as_not_converged():
    class Square:
        domain_shape = range_shape = (1,)
        dtype = np.dtype(np.float64)
        domain_names = range_names = ()
        domain_labels = range_labels = None
        name = "Square"

        def __call__(self, x):
            with np.errstate(over="ignore"):
                return np.where(x > 2.0, np.inf, x)

        def linearise(self, x):
            return MatrixOperator([[1.0]])

    solution = geoinv.invert(Square(), [1.9], 0.5, geoinv.Smooth(weighting=None), beta=1e-3, initial=[1.0])
    posterior = Posterior.of("ensemble", solution)
    drawn = replace(posterior.perturbation(np.random.default_rng(0)), noise=np.array([2.0]))
    with np.errstate(invalid="ignore"):
        found = posterior.minimum(posterior.objective, drawn, posterior.z)
    assert np.isfinite(found.state.z).all()
    assert not found.converged


def test_what_has_no_posterior_is_refused():
    phi = geoinv.Smooth(weighting=None)
    fits = geoinv.invert(Identity((2,)), [0.1, -0.1], 1.0, phi)
    with pytest.raises(geoinv.InputError, match=r"expects a beta.*the reference model fits"):
        Posterior.of("ensemble", fits)
    solution = geoinv.invert(Identity((2,)), [1.0, 2.0], 1.0, phi, beta=1.0)
    with pytest.raises(geoinv.InputError, match="got one that ended interrupted; run it again"):
        Posterior.of("ensemble", replace(solution, outcome=Outcome.INTERRUPTED))
    with pytest.raises(geoinv.InputError, match="take the network's own sample"):
        Posterior.of("ensemble", replace(solution, problem=None))
    with pytest.raises(geoinv.InputError, match=r"that geoinv.invert returned, got ndarray; invert first"):
        Posterior.of("ensemble", np.zeros(3))


def test_a_regularizer_that_is_no_sum_of_squares_is_refused():
    class Quartic:
        def bind(self, operator):
            return self

        def value(self, z):
            return float(np.sum(z**4))

        def gradient(self, z):
            return 4.0 * z**3

        def curvature(self, z, v):
            return 12.0 * z**2 * v

    solution = geoinv.invert(Identity((2,)), [1.0, 2.0], 0.1, Quartic(), beta=1.0, initial=[0.5, 0.5])
    with pytest.raises(geoinv.InputError, match=r"that is a sum of squares.*got Quartic; invert with Smooth"):
        Posterior.of("ensemble", solution)


def test_cells_that_nothing_weighs_are_refused():
    phi = geoinv.Smooth(smallness=0.0, smoothness=0.0, weighting=None)
    solution = geoinv.invert(Identity((2,)), [1.0, 2.0], 1.0, phi, beta=1.0)
    with pytest.raises(geoinv.InputError, match="weighs every active cell, got 2 of 2 without weight"):
        Posterior.of("ensemble", solution)
