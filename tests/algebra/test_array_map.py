"""Maps of arrays: batches, outputs, memory, and arrays that do not fit."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from matrix_operators import A, M, Shift, X

from geoinv import InputError
from geoinv.algebra.matrices import Identity, from_scipy


def test_out_receives_the_result_and_is_returned():
    for batch in ((), (0,), (2, 3)):
        x = np.random.default_rng(3).standard_normal((*batch, 4))
        whole = np.full((*batch, 6, 2), np.nan)
        out = whole[..., 1]
        assert A(x, out=out) is out
        npt.assert_allclose(out, x @ M.T, atol=1e-14)
        assert np.isnan(whole[..., 0]).all()


def test_out_may_be_the_input():
    x = np.random.default_rng(3).standard_normal((2, 3, 5))
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


@pytest.mark.parametrize("kind", [bool, np.int8, np.uint32, np.float16, np.float32])
def test_numbers_of_every_real_kind_come_out_in_its_own(kind):
    x = np.array([1, 0, 1, 1], kind)
    found = A(x)
    assert found.dtype == A.dtype
    npt.assert_allclose(found, M @ x.astype(float), atol=1e-14)


@pytest.mark.parametrize(
    ("x", "sentence"),
    [
        (np.ones(3), r"MatrixOperator expects an array of shape \(4,\).*, got \(3,\); leading dimensions are a batch"),
        (np.ones((2, 2)), r"got \(2, 2\); reshape it with x\.reshape\(\(4,\)\)"),
        (np.float64(1.0), r"of shape \(4,\).*, got \(\)"),
        (np.ones(4, complex), r"expects real numbers, got complex128; convert them to float64"),
        (np.array(["a"] * 4), r"expects real numbers, got <U1"),
        (np.ma.masked_less([1.0, -1.0, 1.0, 1.0], 0.0), r"masked"),
    ],
)
def test_arrays_that_do_not_fit_are_rejected(x, sentence):
    with pytest.raises(InputError, match=sentence):
        A(x)


@pytest.mark.parametrize("out", [np.empty((2, 5)), np.empty((2, 6), np.float32), [0.0] * 6])
def test_an_out_of_another_shape_or_type_is_rejected(out):
    with pytest.raises(InputError, match=r"expects out"):
        A(np.ones((2, 4)), out=out)
