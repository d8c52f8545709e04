"""Linear operators: their algebra, adapters, and what they say to wrong arrays."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from matrix_operators import A, B, C, K, M, N, Shift, X

from geoinv import InputError
from geoinv.algebra.matrices import Identity, MatrixOperator, from_scipy


@pytest.mark.parametrize(
    ("operator", "matrix"),
    [
        (A + B, M + N),
        (A - B, M - N),
        (-A, -M),
        (2.5 * A, 2.5 * M),
        (A * np.float32(0.5), 0.5 * M),
        (np.float64(-3.0) * A, -3.0 * M),
        (np.int64(2) * A.T, 2.0 * M.T),
        (A @ C, M @ K),
        (A.T @ A + 2.0 * Identity((4,)), M.T @ M + 2.0 * np.eye(4)),
        ((A + B).T, (M + N).T),
        ((A @ C).T, K.T @ M.T),
        ((A - 2 * B).T @ A, (M - 2 * N).T @ M),
    ],
)
def test_algebra_of_operators_is_the_algebra_of_their_matrices(operator, matrix):
    npt.assert_allclose(operator.to_dense(), matrix, atol=1e-14)
    npt.assert_allclose(operator.T.to_dense(), matrix.T, atol=1e-14)


def test_the_adjoint_of_the_adjoint_is_the_operator_itself():
    for operator in (A, A + B, A @ C, 2 * A, Shift(), Identity((2,))):
        assert operator.T.T is operator
        assert operator.T is operator.T.T.T


def test_composing_with_the_identity_gives_the_other_operator():
    assert Identity((6,)) @ A is A
    npt.assert_array_equal((A @ Identity((4,))).to_dense(), M)


def test_precision_of_a_sum_and_of_a_product_is_the_wider_one():
    single = MatrixOperator(N.astype(np.float32))
    assert single.dtype == np.float32
    assert (single + single).dtype == np.float32
    assert (2.0 * single).dtype == np.float32
    assert (A + single).dtype == np.float64
    assert (single.T @ A).dtype == np.float64


@pytest.mark.parametrize("meaningless", [lambda: A + 1, lambda: A - M, lambda: A @ X, lambda: X * A, lambda: A * X])
def test_arithmetic_with_anything_but_operators_and_numbers_is_a_type_error(meaningless):
    with pytest.raises(TypeError):
        meaningless()


@pytest.mark.parametrize(
    ("attempt", "sentence"),
    [
        (lambda: A + C, r"a sum expects operators of the same shapes, got MatrixOperator \(4,\) to \(6,\) and"),
        (lambda: A - C, r"a sum expects operators of the same shapes"),
        (lambda: C @ A, r"MatrixOperator @ MatrixOperator expects MatrixOperator to give \(3,\), it gives \(6,\)"),
        (lambda: Identity((5,)) @ A, r"Identity @ MatrixOperator expects MatrixOperator to give \(5,\)"),
        (lambda: A(X[:3]), r"MatrixOperator expects an array of shape \(4,\), got \(3,\); leading dimensions are a b"),
        (lambda: A(1.0), r"MatrixOperator expects an array of shape \(4,\), got \(\)"),
        (lambda: A.T(X), r"MatrixOperator\.T expects an array of shape \(6,\), got \(4,\)"),
        (
            lambda: Shift()(np.zeros(15)),
            r"Shift expects an array of shape \(3, 5\) \(row, column\), got \(15,\); reshape it with x\.reshape",
        ),
        (lambda: A(X + 1j), r"MatrixOperator expects real numbers, got complex128; convert them to float64"),
        (lambda: A(["a"] * 4), r"MatrixOperator expects real numbers, got <U1"),
        (lambda: A(None), r"MatrixOperator expects real numbers, got object"),
        (lambda: A(X, out=np.empty(5)), r"expects out of shape \(6,\) and type float64, got \(5,\) and float64"),
        (lambda: A(X, out=np.empty(6, np.float32)), r"expects out of shape \(6,\) and type float64, got \(6,\) and fl"),
        (lambda: A(X, out=[0.0] * 6), r"MatrixOperator expects out to be a NumPy array, got list"),
        (lambda: MatrixOperator(M + 1j), r"MatrixOperator expects a real matrix of shape \(rows, columns\), got compl"),
        (lambda: MatrixOperator(X), r"MatrixOperator expects a real matrix of shape \(rows, columns\), got float64 of"),
        (lambda: from_scipy(M + 1j), r"from_scipy expects a real matrix of shape \(rows, columns\), got complex128"),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(attempt, sentence):
    with pytest.raises(InputError, match=sentence):
        attempt()
