"""Sums over offsets beside the same sums written out."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from scipy.signal import correlate

from geoinv.operators._blur_numba import sum_over_offsets


@pytest.mark.kernels
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 1, 7), (2, 3, 4)])
def test_each_value_is_the_weighted_sum_of_what_surrounds_it(shape, dtype):
    random = np.random.default_rng(0)
    weights = random.standard_normal([2 * n - 1 for n in shape]).astype(dtype)
    padded = random.standard_normal((3, *(3 * n - 2 for n in shape))).astype(dtype)
    blurred = np.full((3, *shape), np.nan, dtype)
    sum_over_offsets(weights, padded, blurred)
    expected = [
        correlate(image.astype(float), weights.astype(float), mode="valid", method="direct") for image in padded
    ]
    npt.assert_allclose(blurred, expected, rtol=0, atol=(1e-5 if dtype is np.float32 else 1e-13) * weights.size)
