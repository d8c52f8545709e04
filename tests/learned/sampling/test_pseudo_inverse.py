"""Pseudo-inverses beside the dense one."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch

import geoinv
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.learned.sampling.pseudo_inverse import damped_pseudo_inverse, dense_pseudo_inverse

TOTAL = MatrixOperator([[1.0, 1.0]])


def test_pseudo_inverses_agree_with_the_dense_one_and_keep_the_batch():
    random = np.random.default_rng(0)
    A = MatrixOperator(random.standard_normal((3, 5)))
    data = torch.from_numpy(random.standard_normal((2, 4, 3)))
    expected = data.numpy() @ np.linalg.pinv(A.to_dense()).T
    npt.assert_allclose(dense_pseudo_inverse(A)(data).numpy(), expected, rtol=1e-10, atol=1e-12)
    npt.assert_allclose(damped_pseudo_inverse(A, 1e-6)(data).numpy(), expected, rtol=1e-8, atol=1e-8)


def test_damping_leaves_out_small_singular_values():
    A = MatrixOperator(np.diag([1.0, 1e-4]))
    model = damped_pseudo_inverse(A, damping=1e-2)(torch.ones(1, 2, dtype=torch.float64))
    npt.assert_allclose(model.numpy(), [[1 / (1 + 1e-4), 1e-4 / (1e-8 + 1e-4)]], rtol=1e-8)
    assert not damped_pseudo_inverse(A, damping=1e-2)(torch.zeros(1, 2)).any()


def test_what_makes_no_pseudo_inverse_is_refused():
    with pytest.raises(geoinv.InputError, match="use damped_pseudo_inverse"):
        dense_pseudo_inverse(Identity((64, 64)))
    with pytest.raises(geoinv.InputError, match="positive damping"):
        damped_pseudo_inverse(TOTAL, 0.0)
