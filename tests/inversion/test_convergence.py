"""What the loop says of itself is true: converged, reached, stalled, and the beta of the model it returns."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import scipy.linalg
import scipy.optimize

import geoinv
from geoinv.algebra.matrices import MatrixOperator
from geoinv.operators import Magnetics

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)
PLAIN = geoinv.Smooth(weighting=None, smoothness=0.0)


@pytest.fixture(scope="module")
def survey():
    """Small survey under which a block lies, with air above part of the cells; its matrix and curvature."""
    random = np.random.default_rng(0)
    grid = geoinv.Grid.regular((4, 9, 9), (20.0, 25.0, 25.0), (-80.0, 0.0, 0.0))
    active = np.ones(grid.shape, bool)
    active[-1, :, :3] = False
    grid = grid.with_active(active)
    easting, northing = np.meshgrid(np.linspace(15.0, 210.0, 8), np.linspace(15.0, 210.0, 8))
    stations = geoinv.Survey(easting.ravel(), northing.ravel(), random.uniform(10.0, 20.0, easting.size), field=FIELD)
    A = Magnetics(grid, stations, engine="dense")
    model = np.zeros(grid.shape)
    model[1:3, 3:5, 4:6] = 0.05
    phi = geoinv.Smooth().bind(A)
    units = np.eye(grid.size).reshape((-1, *grid.shape))
    curvature = np.array([phi.curvature(unit, unit).ravel() for unit in units])
    inside = active.ravel()
    return A, model, A.to_dense()[:, inside], curvature[np.ix_(inside, inside)], inside


def noisy(A, model, part, seed=0):
    clean = A(model)
    sigma = part * float(np.abs(clean).max())
    return clean + sigma * np.random.default_rng(seed).standard_normal(clean.shape), sigma


@pytest.mark.parametrize("part", [0.02, 0.001])
@pytest.mark.parametrize("beta", [1e6, 1e3, 1.0, 1e-3])
def test_a_fixed_beta_converges_to_the_normal_equations(survey, part, beta):
    A, model, M, R, inside = survey
    data, sigma = noisy(A, model, part)
    solution = geoinv.invert(A, data, sigma, beta=beta)
    expected = scipy.linalg.solve(M.T @ M / sigma**2 + beta * R, M.T @ data.ravel() / sigma**2, assume_a="pos")
    assert solution.reached
    assert solution.status.startswith("beta as given, converged")
    assert solution.excess <= 1e-4
    assert solution.beta == beta
    difference = np.linalg.norm(solution.model.ravel()[inside] - expected)
    assert difference <= 0.02 * np.linalg.norm(expected)


@pytest.mark.parametrize("beta", [1e5, 1e3, 30.0])
def test_within_bounds_it_converges_to_the_bounded_minimum(survey, beta):
    A, model, M, R, inside = survey
    data, sigma = noisy(A, model, 0.02)
    solution = geoinv.invert(A, data, sigma, beta=beta, bounds=(0.0, np.inf))
    factor = scipy.linalg.cholesky(M.T @ M / sigma**2 + beta * R)
    right = scipy.linalg.solve_triangular(factor, M.T @ data.ravel() / sigma**2, trans="T")
    expected = scipy.optimize.nnls(factor, right, maxiter=100000)[0]
    assert solution.reached
    difference = np.linalg.norm(solution.model.ravel()[inside] - expected)
    assert difference <= 0.02 * np.linalg.norm(expected)


def test_the_stated_distance_from_the_minimum_is_an_upper_bound(survey):
    A, model, M, R, inside = survey
    data, sigma = noisy(A, model, 0.005)
    for steps in (2, 5, 20, 60):
        solver = geoinv.GaussNewton(iterations=1, inner_iterations=steps)
        solution = geoinv.invert(A, data, sigma, beta=3.0, solver=solver)

        def objective(x):
            return 0.5 * np.sum((M @ x - data.ravel()) ** 2) / sigma**2 + 1.5 * x @ R @ x

        best = scipy.linalg.solve(M.T @ M / sigma**2 + 3.0 * R, M.T @ data.ravel() / sigma**2, assume_a="pos")
        found = solution.model.ravel()[inside]
        assert objective(found) - objective(best) <= solution.excess * 1.5 * found @ R @ found * (1.0 + 1e-9)


def test_too_few_steps_are_not_called_converged(survey):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.001)
    solution = geoinv.invert(A, data, sigma, beta=1e-3, solver=geoinv.GaussNewton(iterations=1, inner_iterations=5))
    assert not solution.reached
    assert "not converged" in solution.status
    assert solution.excess > 1e-4


@pytest.mark.parametrize("scale", [1.0 + 1e-12, 1e-9, 1e12])
def test_the_unit_of_the_data_does_not_matter(survey, scale):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.02)
    first = geoinv.invert(A, data, sigma, bounds=(0.0, np.inf))
    second = geoinv.invert(scale * A, scale * data, scale * sigma, bounds=(0.0, np.inf))
    assert second.reached
    npt.assert_allclose(second.model, first.model, atol=1e-3 * first.model.max())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rtol", [1e-5, 1e-6])
def test_an_operator_in_single_precision_reaches_the_same_model(survey, dtype, rtol):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.02)
    B = Magnetics(A.grid, A.survey, engine="direct", rtol=rtol, dtype=dtype)
    exact, single = (geoinv.invert(operator, data, sigma, bounds=(0.0, np.inf)) for operator in (A, B))
    assert single.reached
    npt.assert_allclose(single.model, exact.model, atol=0.02 * exact.model.max())


def test_an_initial_model_that_fits_is_a_start_and_not_the_result(survey):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.02)
    phi = geoinv.Smooth().bind(A)
    plain = geoinv.invert(A, data, sigma, bounds=(0.0, np.inf))
    started = geoinv.invert(A, data, sigma, bounds=(0.0, np.inf), initial=model)
    assert started.reached
    assert phi.value(model) > 2.0 * phi.value(plain.model)
    npt.assert_allclose(phi.value(started.model), phi.value(plain.model), rtol=0.05)
    assert started.beta == pytest.approx(plain.beta, rel=0.1)


def test_the_l_curve_starts_from_the_initial_model(survey):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.02)
    plain, started = (geoinv.l_curve(A, data, sigma, initial=start) for start in (None, model))
    npt.assert_allclose(started.chi2_per_datum, plain.chi2_per_datum, rtol=0.02)
    assert started.attrs["corner_beta"] == pytest.approx(plain.attrs["corner_beta"])
    with pytest.raises(geoinv.InputError, match="initial"):
        geoinv.l_curve(A, data, sigma, initial=np.zeros(3))


def test_out_of_iterations_keeps_the_best_tried_and_its_beta(survey):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.002)
    whole = geoinv.invert(A, data, sigma)
    for iterations in range(1, len(whole.history)):
        solution = geoinv.invert(A, data, sigma, iterations=iterations)
        assert not solution.reached
        assert solution.status.startswith("out of iterations")
        best = min(solution.history, key=lambda step: abs(np.log(step.chi2_per_datum)))
        assert solution.beta == best.beta
        npt.assert_allclose(solution.chi2_per_datum, best.chi2_per_datum, rtol=1e-6)
        assert solution.to_xarray().attrs["beta"] == best.beta


@pytest.mark.parametrize("small", [1e-1, 1e-2, 1e-3, 1e-5])
def test_a_plateau_is_not_a_floor(small):
    A = MatrixOperator(np.diag([1.0, small]))
    solution = geoinv.invert(A, [1.0, 1.0], 1e-3, PLAIN)
    assert solution.reached, solution.status
    # x = d s / (s^2 + beta sd^2) for each singular value s
    singular = np.array([1.0, small])
    residual = solution.beta * 1e-6 / (singular**2 + solution.beta * 1e-6)
    npt.assert_allclose(solution.chi2_per_datum, np.mean((residual / 1e-3) ** 2), rtol=0.02)


def test_the_linear_inversion_tutorial_reaches_its_target():
    centres = (np.arange(100) + 0.5) / 100.0
    rows = np.linspace(1.0, 60.0, 20)[:, None]
    G = np.exp(-0.25 * rows * centres) * np.cos(2.0 * np.pi * 0.25 * rows * centres) / 100.0
    model = np.where((centres > 0.2) & (centres < 0.35), 1.0, 0.0) - 0.8 * np.exp(-(((centres - 0.7) / 0.07) ** 2))
    clean = G @ model
    sigma = 0.01 * np.abs(clean)
    data = clean + sigma * np.random.default_rng(0).standard_normal(20)
    solution = geoinv.invert(MatrixOperator(G), data, sigma, geoinv.Smooth(weighting=None))
    assert solution.reached, solution.status


def test_two_percent_of_each_datum_are_fitted(survey):
    A, model, *_ = survey
    data = A(model)
    solution = geoinv.invert(A, data, 0.02 * np.abs(data))
    assert solution.reached, solution.status


def test_chi_squared_falls_with_beta(survey):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.01)
    curve = geoinv.l_curve(A, data, sigma, bounds=(0.0, np.inf), betas=np.logspace(5, 0, 16))
    assert (np.diff(curve.chi2_per_datum) < 0).all()


def test_a_floor_is_that_of_least_squares():
    G = np.random.default_rng(1).standard_normal((30, 8))
    data = np.random.default_rng(2).standard_normal(30)
    solution = geoinv.invert(MatrixOperator(G), data, 0.01, geoinv.Smooth(weighting=None))
    floor = np.mean((data - G @ np.linalg.lstsq(G, data)[0]) ** 2) / 1e-4
    assert not solution.reached
    assert solution.status.startswith("stalled: no model within the bounds fits the data better than")
    told = float(solution.status.split("better than chi^2/N = ")[1].split(":")[0].split(";")[0])
    npt.assert_allclose(told, floor, rtol=0.02)
    assert solution.chi2_per_datum <= 1.51 * floor
    assert "usual causes: standard deviations too small" in solution.status


def test_a_remanent_body_ends_in_a_sentence_that_names_remanence(survey):
    A, model, *_ = survey
    remanent = Magnetics(A.grid, A.survey, unknown="magnetization", engine="dense")
    magnetization = np.stack([40.0 * model, 0.0 * model, 10.0 * model])
    data, sigma = noisy(remanent, magnetization, 0.02)
    solution = geoinv.invert(A, data, sigma, bounds=(0.0, np.inf))
    assert not solution.reached
    assert solution.status.startswith("stalled: ")
    for word in ("remanent magnetization", "standard deviations too small", "mesh", "heights", "base level"):
        assert word in solution.status


def test_a_cluster_of_unfitted_data_is_named_although_the_mean_fits(survey):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.02)
    # a peak that no cell of this mesh makes: nine neighbours raised by five standard deviations
    raised = data.copy().reshape(8, 8)
    raised[3:6, 3:6] += np.array([[-1, 1, -1], [1, 1, 1], [-1, 1, -1]]) * 0.0 + 9.0 * sigma
    flat = geoinv.Smooth(weighting=None)
    limited = geoinv.invert(A, raised.reshape(data.shape), sigma, flat, bounds=(0.0, 0.03), target=9.0)
    assert limited.reached
    assert "residuals are structured: near easting" in limited.status
    fitted = geoinv.invert(A, data, sigma, bounds=(0.0, np.inf))
    assert "structured" not in fitted.status


class Counting(MatrixOperator):
    """A matrix that raises Ctrl-C at one of its applications."""

    calls, stop = 0, 10**9

    def _forward(self, x):
        self.calls += 1
        if self.calls == self.stop:
            raise KeyboardInterrupt
        return super()._forward(x)


@pytest.mark.parametrize("beta", [None, 1e-2, "l-curve"])
def test_ctrl_c_late_returns_a_model_far_from_the_reference(beta):
    random = np.random.default_rng(0)
    matrix = random.standard_normal((40, 30))
    data = matrix @ random.standard_normal(30) + 0.1 * random.standard_normal(40)
    whole = Counting(matrix)
    geoinv.invert(whole, data, 0.1, geoinv.Smooth(weighting=None), beta=beta)
    cut = Counting(matrix)
    cut.stop = whole.calls - 1
    solution = geoinv.invert(cut, data, 0.1, geoinv.Smooth(weighting=None), beta=beta)
    if beta == 1e-2:
        return  # one minimisation, of which nothing is left but its start
    assert solution.status.startswith("interrupted")
    assert solution.chi2_per_datum < 10.0
    assert np.isfinite(solution.beta)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"target": "one"}, "target to be real numbers"),
        ({"target": None}, "target to be real numbers"),
        ({"iterations": 0}, "whole number above zero, got 0"),
        ({"iterations": 2.5}, "whole number above zero, got 2.5"),
    ],
)
def test_a_target_or_a_count_of_another_kind_is_refused(survey, change, words):
    A, model, *_ = survey
    with pytest.raises(geoinv.InputError, match=words):
        geoinv.invert(A, A(model), 1.0, **change)


def test_an_operator_that_is_not_finite_at_the_start_is_refused():
    class Broken(MatrixOperator):
        def _forward(self, x):
            return np.full((len(x), *self.range_shape), np.nan)

    with pytest.raises(geoinv.InputError, match="finite at the initial model, got a misfit of nan"):
        geoinv.invert(Broken(np.eye(3)), np.ones(3), 0.1, geoinv.Smooth(weighting=None))
