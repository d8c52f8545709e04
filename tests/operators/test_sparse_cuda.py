"""Sparse sums of the CUDA kernels, run on the CPU, beside a dense matrix."""

from __future__ import annotations

import makers
import numpy as np
import numpy.testing as npt
import pytest
from emulated_gpu import ORDERS, EmulatedGpu, needs_compiler

from geoinv.operators.sparse_cuda import SparseSum

pytestmark = [needs_compiler, pytest.mark.emulated]

TOLERANCE = {"float64": 1e-13, "float32": 1e-6}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("dtype", makers.DTYPES)
def test_terms_add_up_as_a_sparse_matrix_does(order, dtype):
    random = np.random.default_rng(0)
    targets, places, weights = random.integers(0, 200, 500), random.integers(0, 70, 500), random.standard_normal(500)
    matrix = np.zeros((200, 70))
    np.add.at(matrix, (targets, places), weights)
    values = random.standard_normal((3, 70)).astype(dtype)
    results = np.ones((3, 200), dtype)
    SparseSum(targets, places, weights, np.dtype(dtype)).add(EmulatedGpu(order), values, results)
    npt.assert_allclose(results, 1.0 + values @ matrix.T, rtol=0, atol=20 * TOLERANCE[dtype])
