"""A matrix of any kind as an operator."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import scipy.sparse
from matrix_operators import M

from geoinv.algebra.matrices import MatrixOperator, from_scipy


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_array, scipy.sparse.coo_array, np.asfortranarray])
def test_a_matrix_of_any_kind_is_an_operator(kind):
    operator = MatrixOperator(kind(M))
    npt.assert_allclose(operator.to_dense(), M)
    npt.assert_allclose(operator.T.to_dense(), M.T)
    npt.assert_allclose(from_scipy(kind(M)).T.to_dense(), M.T)


def test_a_matrix_of_integers_gives_real_numbers():
    operator = MatrixOperator([[1, 2], [3, 4]])
    assert operator.dtype == np.float64
    npt.assert_array_equal(operator([True, False]), [1.0, 3.0])
    npt.assert_array_equal(operator([0.5, 0.5]), [1.5, 3.5])
