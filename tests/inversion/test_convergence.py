"""What the loop says of itself is true: converged, reached, stalled, and the beta of the model it returns."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from inversions import noisy

import geoinv
from geoinv.algebra.matrices import MatrixOperator


def test_the_l_curve_starts_from_the_initial_model(survey):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.02)
    plain, started = (geoinv.l_curve(A, data, sigma, initial=start) for start in (None, model))
    npt.assert_allclose(started.chi2_per_datum, plain.chi2_per_datum, rtol=0.02)
    assert started.attrs["corner_beta"] == pytest.approx(plain.attrs["corner_beta"])
    with pytest.raises(geoinv.InputError, match="initial"):
        geoinv.l_curve(A, data, sigma, initial=np.zeros(3))


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
