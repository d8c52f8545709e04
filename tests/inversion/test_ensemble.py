"""Ensembles: the closed form where there is one, bounds, what is said, and how they end."""

from __future__ import annotations

import math

import numpy as np
import numpy.testing as npt
import pytest
from dense_posterior import posterior_of, small_survey

import geoinv
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.probability.sample_quality import coverage

A, DATA, DEVIATION = small_survey()
NUMBER = 160


@pytest.mark.parametrize(
    ("phi", "base_level"),
    [(geoinv.Smooth(reference=0.01), "none"), (geoinv.Sparse() + 0.5 * geoinv.TotalVariation(), "fit")],
)
def test_samples_of_a_linear_problem_are_those_of_the_closed_form(phi, base_level):
    solution = geoinv.invert(A, DATA, DEVIATION, phi, base_level=base_level)
    samples = geoinv.ensemble(solution, NUMBER)
    mean, covariance = posterior_of(solution)
    active = A.mesh.active
    cells = int(active.sum())
    whitened = np.linalg.solve(np.linalg.cholesky(covariance), (samples.samples[:, active] - mean).T)
    # chi^2 of all samples, and of their mean; each within four standard deviations, and the solver's tolerance
    assert abs(np.mean(whitened**2) - 1.0) < 4.0 * math.sqrt(2.0 / (NUMBER * cells)) + 0.01
    assert abs(NUMBER * np.mean(whitened.mean(axis=1) ** 2) - 1.0) < 4.0 * math.sqrt(2.0 / cells) + 0.05
    ratio = samples.standard_deviation[active] / np.sqrt(np.diag(covariance))
    assert abs(ratio.mean() - 1.0) < 0.03
    assert np.abs(ratio - 1.0).max() < 5.0 / math.sqrt(2.0 * NUMBER)
    assert samples.assumptions[-1] == "exact draws under these assumptions"
    assert samples.doubts == ()


def test_nine_of_ten_truths_of_a_smooth_prior_lie_within_the_interval_of_nine_tenths():
    phi = geoinv.Smooth(smallness=0.1, smoothness=0.1, weighting=None)
    solution = geoinv.invert(A, DATA, DEVIATION, phi, beta=1.0)
    samples = geoinv.ensemble(solution, NUMBER)
    mean, covariance = posterior_of(solution)
    active = A.mesh.active
    # deviations of a linear problem's samples do not depend on its data, which move the mean alone
    deviations = samples.samples[:, active] - mean
    random, phi, truths, means = np.random.default_rng(3), phi.bind(A), [], []
    units = np.eye(active.size).reshape(-1, *A.domain_shape)
    curvature = np.array([phi.curvature(u, u).ravel() for u in units])[np.ix_(active.ravel(), active.ravel())]
    matrix = A.to_dense()[:, active.ravel()]
    for _ in range(200):
        truth = np.linalg.solve(curvature, phi.random_gradient(random, A.domain_shape)[active])
        data = matrix @ truth + DEVIATION.ravel() * random.standard_normal(DEVIATION.size)
        truths.append(truth)
        means.append(covariance @ (matrix.T @ (data / DEVIATION.ravel() ** 2)))
    inside = coverage(deviations[:, None] + np.array(means), np.array(truths))
    assert 0.85 < inside.mean() < 0.95
    assert inside.min() > 0.75


def test_a_sample_is_the_same_however_many_there_are_and_another_seed_gives_others():
    solution = geoinv.invert(A, DATA, DEVIATION)
    few, more = (geoinv.ensemble(solution, number, seed=1) for number in (2, 4))
    npt.assert_array_equal(more.samples[:2], few.samples)
    assert not np.array_equal(geoinv.ensemble(solution, 2, seed=2).samples, few.samples)


def test_bounds_are_kept_and_said_to_make_it_approximate():
    solution = geoinv.invert(A, DATA, DEVIATION, bounds=(0.0, 0.04))
    samples = geoinv.ensemble(solution, 20)
    assert samples.samples.min() == 0.0
    assert samples.samples.max() == 0.04
    held = int(np.sum(np.ptp(samples.samples, axis=0)[A.mesh.active] == 0.0))
    assert any(f"{held} of 75 values lie on a bound in every sample" in sentence for sentence in samples.doubts)
    assert "since there are bounds" in samples.assumptions[-1]
    assert not any("exact" in sentence for sentence in samples.assumptions)


def test_statistics_are_those_of_the_samples():
    solution = geoinv.invert(Identity((2,)), [1.0, 2.0], 1.0, geoinv.Smooth(weighting=None), beta=1.0)
    samples = geoinv.ensemble(solution, 30)
    npt.assert_allclose(samples.mean, np.sum(samples.samples, axis=0) / 30)
    npt.assert_allclose(samples.standard_deviation**2, np.sum((samples.samples - samples.mean) ** 2, axis=0) / 29)
    npt.assert_allclose(samples.percentiles(0, 50, 100)[1], np.median(samples.samples, axis=0))
    npt.assert_allclose(samples.percentiles(0, 50, 100)[0], samples.samples.min(axis=0))
    with pytest.raises(geoinv.InputError, match=r"percentages from 0 to 100, got \(105,\)"):
        samples.percentiles(105)


def test_base_levels_have_the_spread_of_a_mean_of_data():
    # data that see nothing of the model: the level is their mean, known to deviation / sqrt(N)
    blind = MatrixOperator(np.full((25, 1), 1e-12))
    data = 7.0 + np.random.default_rng(0).standard_normal(25)
    solution = geoinv.invert(blind, data, 1.0, geoinv.Smooth(weighting=None), beta=1.0, base_level="fit")
    samples = geoinv.ensemble(solution, 100)
    npt.assert_allclose(samples.base_levels.mean(), data.mean(), atol=4.0 * 0.2 / 10.0)
    npt.assert_allclose(samples.base_levels.std(), 0.2, rtol=0.3)
    assert "any base level as probable as any other" in samples.assumptions


def test_models_of_data_that_are_not_linear_are_served_and_said_to_be_approximate():
    class Exponential:
        domain_shape = range_shape = (1,)
        dtype = np.dtype(np.float64)
        domain_names = range_names = ()
        domain_labels = range_labels = None
        name = "Exponential"

        def __call__(self, x):
            return np.exp(x)

        def linearise(self, x):
            return MatrixOperator(np.diag(np.exp(x)))

    solution = geoinv.invert(Exponential(), [2.0], 0.02, geoinv.Smooth(weighting=None), beta=1.0)
    samples = geoinv.ensemble(solution, 100)
    # so well known that it is nearly linear: the deviation of the datum over the slope there
    npt.assert_allclose(samples.standard_deviation, 0.01, rtol=0.3)
    assert "since the data are not linear in the model" in samples.assumptions[-1]


def test_reweighted_regularizers_keep_their_last_weights_which_is_said():
    solution = geoinv.invert(A, DATA, DEVIATION, geoinv.Sparse())
    said = "; ".join(geoinv.ensemble(solution, 2).assumptions)
    assert f"as Sparse weighs it at beta {solution.beta:.4g}" in said
    assert "weights and reference of Sparse as its last reweighting left them" in said
    smooth = geoinv.ensemble(geoinv.invert(A, DATA, DEVIATION, geoinv.Smooth() + geoinv.Smooth()), 2)
    assert "reweighting" not in "; ".join(smooth.assumptions)


def test_doubts_say_what_is_wrong():
    tall = MatrixOperator(np.random.default_rng(0).standard_normal((50, 4)))
    data = np.random.default_rng(1).standard_normal(50)
    solution = geoinv.invert(tall, data, 0.01, geoinv.Smooth(weighting=None))
    assert not solution.reached
    doubts = geoinv.ensemble(solution, 5).doubts
    assert "did not end where it was to (chi^2/N = " in doubts[0]
    assert "5 samples: percentiles 5 and 95 are rough below 40" in doubts
    loose = geoinv.invert(A, DATA, DEVIATION, solver=geoinv.GaussNewton(inner_iterations=1, iterations=1), beta=1.0)
    assert "40 of 40 samples are not as near their minimum as they should be" in geoinv.ensemble(loose, 40).doubts


class Stopping(MatrixOperator):
    """A matrix that raises Ctrl-C at one of its applications."""

    left = math.inf

    def _forward(self, x):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return super()._forward(x)


def test_ctrl_c_keeps_the_samples_so_far():
    matrix = np.random.default_rng(0).standard_normal((6, 8))
    operator = Stopping(matrix)
    solution = geoinv.invert(operator, matrix @ np.ones(8), 0.1, geoinv.Smooth(weighting=None), beta=1.0)
    whole = geoinv.ensemble(solution, 10)
    operator.left = 60
    cut = geoinv.ensemble(solution, 10)
    number = len(cut.samples)
    assert 2 <= number < 10
    npt.assert_array_equal(cut.samples, whole.samples[:number])
    assert cut.base_levels.shape == (number,)
    assert f"interrupted after {number} of 10 samples" in cut.doubts
    operator.left = 5
    with pytest.raises(KeyboardInterrupt):
        geoinv.ensemble(solution, 10)


@pytest.mark.parametrize("number", [0, 1, -3, 2.5, "many", True, None])
def test_numbers_that_are_none_are_refused(number):
    solution = geoinv.invert(Identity((1,)), [1.0], 1.0, geoinv.Smooth(weighting=None), beta=1.0)
    with pytest.raises(geoinv.InputError, match="ensemble expects number to be a whole number of 2 or more"):
        geoinv.ensemble(solution, number)


def test_seeds_that_are_none_and_numbers_beyond_the_memory_are_refused():
    solution = geoinv.invert(Identity((1,)), [1.0], 1.0, geoinv.Smooth(weighting=None), beta=1.0)
    with pytest.raises(geoinv.InputError, match="seed to be a whole number of 0 or more, got -1"):
        geoinv.ensemble(solution, 2, seed=-1)
    with pytest.raises(geoinv.InputError, match=r"to fit in .* of memory.*take fewer samples"):
        geoinv.ensemble(solution, 10**13)
