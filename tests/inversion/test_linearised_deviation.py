"""The linearised posterior's standard deviation beside dense algebra."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from dense_posterior import posterior_of, small_survey
from inversions import noisy

import geoinv
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.inversion.linearised_deviation import _hessian_diagonal
from geoinv.inversion.randomize_then_optimize import Posterior

A, DATA, DEVIATION = small_survey()


def test_it_is_that_of_the_inverse_hessian_within_three_per_cent(survey):
    operator, model, matrix, curvature, inside = survey
    data, sigma = noisy(operator, model, 0.02)
    solution = geoinv.invert(operator, data, sigma, bounds=(0.0, np.inf))
    found = geoinv.linearised_standard_deviation(solution).ravel()
    exact = np.sqrt(np.diag(np.linalg.inv(matrix.T @ matrix / sigma**2 + solution.beta * curvature)))
    assert np.sqrt(np.mean((found[inside] / exact - 1.0) ** 2)) < 0.03
    npt.assert_array_equal(found[~inside], 0.0)


def test_weights_of_a_reweighted_regularizer_and_a_base_level_are_those_of_the_solution():
    solution = geoinv.invert(A, DATA, DEVIATION, geoinv.Sparse(), base_level="fit")
    found = geoinv.linearised_standard_deviation(solution, number=80)[A.mesh.active]
    exact = np.sqrt(np.diag(posterior_of(solution)[1]))
    assert np.sqrt(np.mean((found / exact - 1.0) ** 2)) < 0.03


@pytest.mark.parametrize("base_level", ["none", "fit"])
def test_the_diagonal_of_the_hessian_is_exact(base_level):
    solution = geoinv.invert(A, DATA, DEVIATION, base_level=base_level, beta=3.0)
    hessian = np.linalg.inv(posterior_of(solution)[1])
    found = _hessian_diagonal(Posterior.of("test", solution))
    npt.assert_allclose(found[A.mesh.active], np.diag(hessian), rtol=1e-6)


def test_data_that_are_not_linear_are_linearised_at_the_solution():
    class Square:
        domain_shape = range_shape = (1,)
        dtype = np.dtype(np.float64)
        domain_names = range_names = ()
        domain_labels = range_labels = None
        name = "Square"

        def __call__(self, x):
            return x**2

        def linearise(self, x):
            return MatrixOperator(np.diag(2.0 * x))

    solution = geoinv.invert(Square(), [4.0], 1.0, geoinv.Smooth(weighting=None), beta=0.5, initial=[1.0])
    exact = 1.0 / np.sqrt((2.0 * solution.model) ** 2 + 0.5)
    npt.assert_allclose(geoinv.linearised_standard_deviation(solution, 2), exact, rtol=1e-6)


def test_what_is_no_number_is_refused():
    solution = geoinv.invert(Identity((1,)), [1.0], 1.0, geoinv.Smooth(weighting=None), beta=1.0)
    with pytest.raises(geoinv.InputError, match="linearised_standard_deviation expects number to be a whole number"):
        geoinv.linearised_standard_deviation(solution, 1)
