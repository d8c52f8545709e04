"""Products with coefficients beside transforms of NumPy and SciPy."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import scipy.fft

from geoinv.operators import spectral_filters
from geoinv.operators.spectral_filters import cosine_filtered, fourier_filtered

SHAPES = [(7,), (6, 5), (3, 4, 5)]
TOLERANCE = {"float32": 1e-5, "float64": 1e-13}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("extra", [0, 3])
def test_fourier_coefficients_are_multiplied(extra, shape, dtype):
    random, lengths = np.random.default_rng(0), [n + extra for n in shape]
    x = random.standard_normal((5, *shape)).astype(dtype)
    spectrum = random.standard_normal((*lengths[:-1], lengths[-1] // 2 + 1))
    axes = tuple(range(1, x.ndim))
    spectrum = np.fft.rfftn(np.fft.irfftn(spectrum, s=lengths, axes=range(len(shape)))).real  # of a real filter
    expected = np.fft.irfftn(np.fft.rfftn(x, s=lengths, axes=axes) * spectrum, s=lengths, axes=axes)
    expected = expected[(slice(None), *(slice(n) for n in shape))]
    before = x.copy()
    found = fourier_filtered(x, spectrum.astype(np.result_type(x.dtype, np.complex64)), lengths)
    npt.assert_allclose(found, expected, rtol=0, atol=TOLERANCE[dtype] * abs(expected).max())
    npt.assert_array_equal(x, before)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("shape", SHAPES)
def test_cosine_coefficients_are_multiplied(shape, dtype):
    random = np.random.default_rng(1)
    x, spectrum = random.standard_normal((5, *shape)).astype(dtype), random.standard_normal(shape).astype(dtype)
    axes = tuple(range(1, x.ndim))
    expected = scipy.fft.idctn(scipy.fft.dctn(x, axes=axes, norm="ortho") * spectrum, axes=axes, norm="ortho")
    npt.assert_allclose(cosine_filtered(x, spectrum), expected, rtol=0, atol=TOLERANCE[dtype] * abs(expected).max())


def test_blocks_of_any_size_give_the_same(monkeypatch):
    random = np.random.default_rng(2)
    x, spectrum = random.standard_normal((9, 6, 5)), random.standard_normal((6, 5))
    whole = cosine_filtered(x, spectrum)
    for size in (1, 600, 10**9):
        monkeypatch.setattr(spectral_filters, "BLOCK_BYTES", size)
        npt.assert_allclose(cosine_filtered(x, spectrum), whole, rtol=1e-13, atol=1e-14)
        assert cosine_filtered(x[:0], spectrum).shape == (0, 6, 5)
