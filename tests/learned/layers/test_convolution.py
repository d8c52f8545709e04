"""Convolutions and their adjoints beside SciPy's correlation and dense matrices."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch
from scipy.signal import correlate

from geoinv.learned.layers.convolution import adjoint_convolve, convolve, kernel_shape, random_kernel

SPATIAL = {0: (), 1: (7,), 2: (4, 6), 3: (3, 4, 5)}


def case(rank, size):
    generator = torch.Generator().manual_seed(rank)
    kernel = torch.randn(kernel_shape(3, 2, rank, size), generator=generator, dtype=torch.float64)
    x = torch.randn((2, 2, *SPATIAL[rank]), generator=generator, dtype=torch.float64)
    return kernel, x, torch.randn((2, 3, *SPATIAL[rank]), generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_convolution_is_the_correlation_of_scipy_with_zeros_outside(rank, size):
    kernel, x, _ = case(rank, size)
    found = convolve(x, kernel).numpy()
    for sample in range(2):
        for out in range(3):
            parts = [
                correlate(np.pad(x[sample, into].numpy(), size // 2), kernel[out, into].numpy(), mode="valid")
                for into in range(2)
            ]
            npt.assert_allclose(found[sample, out], sum(parts), atol=1e-12)


@pytest.mark.parametrize("rank", SPATIAL)
def test_the_adjoint_is_the_transpose(rank):
    kernel, x, y = case(rank, 3)
    npt.assert_allclose((convolve(x, kernel) * y).sum(), (x * adjoint_convolve(y, kernel)).sum(), rtol=1e-12)


def test_vectors_are_mapped_by_a_matrix():
    kernel, x, y = case(0, 9)
    npt.assert_allclose(convolve(x, kernel), x @ kernel.T)
    npt.assert_allclose(adjoint_convolve(y, kernel), y @ kernel)


def test_random_kernels_keep_the_size_of_random_inputs():
    generator = torch.Generator().manual_seed(0)
    kernel = random_kernel(kernel_shape(40, 30, 2, 3), gain=2.0, generator=generator)
    image = convolve(torch.randn((1, 30, 40, 40), generator=generator), kernel)[..., 1:-1, 1:-1]
    assert float(image.std()) == pytest.approx(2.0, rel=0.05)
