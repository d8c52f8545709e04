"""One linear operator: batches, outputs, norms, dot tests, and its way to SciPy and back."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import scipy.sparse.linalg as spla
from matrix_operators import A, M, Shift, X

from geoinv.algebra.matrices import Identity, MatrixOperator, from_scipy


def test_dot_test_passes_an_exact_adjoint_and_catches_a_wrong_one():
    assert Shift().dot_test() < 1e-15
    assert Shift(wrong=True).dot_test() > 0.1
    assert A.dot_test() < 1e-15
    scaled = from_scipy(spla.LinearOperator((6, 4), matvec=lambda x: M @ x, rmatvec=lambda y: 1.001 * M.T @ y))
    assert scaled.dot_test() > 1e-5


def test_dot_test_repeats_itself_for_a_seed():
    wrong = Shift(wrong=True)
    assert wrong.dot_test(seed=1) == wrong.dot_test(seed=1) != wrong.dot_test(seed=2)


@pytest.mark.parametrize("shape", [(1, 1), (6, 4), (3, 40), (40, 30), (30, 40), (25, 25)])
def test_norm_is_the_largest_singular_value(shape):
    matrix = np.random.default_rng(2).standard_normal(shape)
    largest = np.linalg.svd(matrix, compute_uv=False)[0]
    assert MatrixOperator(matrix).norm() == pytest.approx(largest, rel=1e-10)
    assert MatrixOperator(matrix.astype(np.float32)).norm() == pytest.approx(largest, rel=1e-5)


def test_norm_of_what_has_clustered_or_no_singular_values():
    assert Identity((50,)).norm() == pytest.approx(1.0, rel=1e-10)
    assert (-3.0 * Identity((5, 10))).norm() == pytest.approx(3.0, rel=1e-10)
    assert MatrixOperator(np.zeros((30, 20))).norm() == 0.0
    assert MatrixOperator(np.zeros((3, 2))).norm() == 0.0
    rank_one = np.outer(np.arange(30.0), np.arange(20.0))
    assert MatrixOperator(rank_one).norm() == pytest.approx(np.linalg.norm(rank_one), rel=1e-10)


def test_an_operator_goes_to_scipy_and_back():
    picture = 2.0 * Shift()
    there = picture.to_scipy()
    matrix = picture.to_dense()
    block = np.random.default_rng(4).standard_normal((15, 2))
    assert there.shape == (15, 15)
    assert there.dtype == picture.dtype
    npt.assert_allclose(there @ block[:, 0], matrix @ block[:, 0], atol=1e-14)
    npt.assert_allclose(there @ block, matrix @ block, atol=1e-14)
    npt.assert_allclose(there.T @ block, matrix.T @ block, atol=1e-14)
    npt.assert_allclose(there.H @ block[:, 1], matrix.T @ block[:, 1], atol=1e-14)
    npt.assert_allclose(from_scipy(there).to_dense(), matrix, atol=1e-14)
    npt.assert_allclose(from_scipy(there).T.to_dense(), matrix.T, atol=1e-14)


def test_scipy_solves_with_an_operator():
    normal = A.T @ A
    solution, flag = spla.cg(normal.to_scipy(), A.T(M @ X), rtol=1e-12)
    assert flag == 0
    npt.assert_allclose(solution, X, atol=1e-9)
