"""Linear operators: their algebra, adapters, and what they say to wrong arrays."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import scipy.sparse
import scipy.sparse.linalg as spla
from hypothesis import given
from hypothesis import strategies as st

from geoinv import InputError
from geoinv.algebra.linop import Identity, LinearOperator, MatrixOperator, from_scipy

random = np.random.default_rng(0)
M = random.standard_normal((6, 4))
N = random.standard_normal((6, 4))
K = random.standard_normal((4, 3))
A, B, C = MatrixOperator(M), MatrixOperator(N), MatrixOperator(K)
X = random.standard_normal(4)


class Shift(LinearOperator):
    """Moves the columns of a picture by one; `wrong` makes the adjoint move them the same way."""

    def __init__(self, wrong: bool = False) -> None:
        self.domain_shape, self.range_shape = (3, 5), (3, 5)
        self.dtype = np.dtype(np.float64)
        self.back = 1 if wrong else -1

    def _forward(self, x):
        return np.roll(x, 1, axis=-1)

    def _adjoint(self, y):
        return np.roll(y, self.back, axis=-1)

    @property
    def domain_names(self) -> tuple[str, ...]:
        return ("row", "column")


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


def test_out_receives_the_result_and_is_returned():
    for batch in ((), (0,), (2, 3)):
        x = random.standard_normal((*batch, 4))
        whole = np.full((*batch, 6, 2), np.nan)
        out = whole[..., 1]
        assert A(x, out=out) is out
        npt.assert_allclose(out, x @ M.T, atol=1e-14)
        assert np.isnan(whole[..., 0]).all()


def test_out_may_be_the_input():
    x = random.standard_normal((2, 3, 5))
    expected = np.roll(x, 1, axis=-1)
    assert Shift()(x, out=x) is x
    npt.assert_array_equal(x, expected)


@pytest.mark.parametrize("operator", [Identity((4,)), from_scipy(scipy.sparse.eye_array(4)), Identity((4,)).T])
def test_the_result_never_shares_memory_with_the_input(operator):
    x = X.copy()
    y = operator(x)
    y += 1.0
    npt.assert_array_equal(x, X)


@given(st.lists(st.integers(0, 3), max_size=3))
def test_leading_dimensions_are_a_batch_of_any_shape(batch):
    x = np.random.default_rng(1).standard_normal((*batch, 3, 5))
    npt.assert_array_equal(Shift()(x), np.roll(x, 1, axis=-1))


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
    block = random.standard_normal((15, 2))
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
