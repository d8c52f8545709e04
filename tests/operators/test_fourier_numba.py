"""Products of spectra; run without the compiler as well."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.operators import _fourier_numba as fourier

pytestmark = pytest.mark.kernels


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_products_of_spectra_are_sums_over_layers_and_over_components(dtype):
    random = np.random.default_rng(4)

    def spectra(*shape: int) -> np.ndarray:
        return (random.standard_normal(shape) + 1j * random.standard_normal(shape)).astype(dtype)

    table, models, data = spectra(2, 3, 2, 3, 4), spectra(3, 2, 3, 4), spectra(2, 3, 4)
    forward, back = np.zeros_like(data), np.full_like(models, np.nan)
    fourier.spectra_to_data(table, models, forward)
    fourier.spectrum_to_models(table, data, back)
    tolerance = 1e-5 if dtype == "complex64" else 1e-13
    npt.assert_allclose(forward, np.einsum("culji,ulji->cji", table, models), rtol=0, atol=tolerance)
    npt.assert_allclose(back, np.einsum("culji,cji->ulji", table.conj(), data), rtol=0, atol=tolerance)
