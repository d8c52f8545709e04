"""The diagonal of A' W^2 A beside the dense matrix, however it is found."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import scipy.sparse.linalg as spla

from geoinv.algebra.gram import gram_diagonal
from geoinv.algebra.matrices import MatrixOperator, from_scipy


def problem(rows, columns):
    random = np.random.default_rng(rows)
    matrix, weights = random.standard_normal((rows, columns)), random.uniform(0.1, 3.0, rows)
    # which has no gram_diagonal of its own
    return (
        from_scipy(spla.aslinearoperator(matrix)),
        weights,
        np.diag((weights[:, None] * matrix).T @ (weights[:, None] * matrix)),
    )


@pytest.mark.parametrize(("rows", "columns"), [(9, 4), (4, 9), (1, 1)])
def test_few_rows_or_columns_give_it_exactly(rows, columns):
    A, weights, expected = problem(rows, columns)
    npt.assert_allclose(gram_diagonal(A, weights), expected, rtol=1e-13)


def test_blocks_of_columns_leave_no_trace(monkeypatch):
    A, weights, expected = problem(30, 20)
    monkeypatch.setattr("geoinv.algebra.gram._VALUES_AT_ONCE", 150)
    npt.assert_allclose(gram_diagonal(A, weights), expected, rtol=1e-13)
    npt.assert_allclose(gram_diagonal(A.T, 2.0), 4.0 * np.diag(A.to_dense() @ A.to_dense().T), rtol=1e-13)


def test_random_signs_estimate_it_as_well_as_promised():
    A, weights, expected = problem(60, 50)
    probes = 4000
    found = gram_diagonal(A, weights, few=10, probes=probes)
    assert (found >= 0.0).all()
    # the standard deviation of each is sqrt(2 / probes) of itself or less
    assert np.std(found / expected - 1.0) < 1.3 * np.sqrt(2.0 / probes)
    npt.assert_array_equal(found, gram_diagonal(A, weights, few=10, probes=probes))
    assert not np.array_equal(found, gram_diagonal(A, weights, few=10, probes=probes, seed=1))


def test_an_operator_that_knows_its_own_is_asked():
    class Knowing(MatrixOperator):
        def gram_diagonal(self, weights=1.0):
            return np.full(2, 7.0 * weights)

    npt.assert_array_equal(gram_diagonal(Knowing(np.ones((3, 2))), 2.0), [14.0, 14.0])
