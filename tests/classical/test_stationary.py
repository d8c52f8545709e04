"""Wiener's filter beside the dense linear estimate of a stationary prior."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import scipy.fft
from stationary_blur import Smoothing

from geoinv.classical import linear_minimum_mean_square_error, power_spectrum, wiener

BOUNDARIES = {"periodic": "wrap", "reflective": "symmetric"}


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("shape", [(7,), (4, 5), (6, 4), (2, 3, 4)])
def test_wiener_s_filter_is_the_dense_linear_estimate_of_a_stationary_prior(shape, boundary):
    random = np.random.default_rng(2)
    A = Smoothing(shape, BOUNDARIES[boundary])
    training = random.standard_normal((30, *shape)).cumsum(axis=-1) + 2.0
    mean, power = power_spectrum(training, rank=len(shape), boundary=boundary)
    cells = int(np.prod(shape))
    units = np.eye(cells).reshape(cells, *shape)
    axes = tuple(range(1, len(shape) + 1))
    if boundary == "periodic":
        waves = scipy.fft.fftn(units, axes=axes, norm="ortho")
        whole = np.mean(np.abs(scipy.fft.fftn(training - mean, axes=axes, norm="ortho")) ** 2, axis=0)
    else:
        waves = scipy.fft.dctn(units, axes=axes, norm="ortho")
        whole = power
    waves = waves.reshape(cells, cells)
    covariance = (waves.conj() * whole.ravel() @ waves.T).real
    data, noise = random.standard_normal((2, 3, *shape)), random.uniform(0.5, 2.0, (2, 3))
    expected = linear_minimum_mean_square_error(A, np.full(shape, mean), covariance, 1.0)(data, noise)
    npt.assert_allclose(wiener(A, data, noise, mean, power, boundary), expected, rtol=0, atol=1e-10)


def test_wiener_s_filter_takes_a_blur_that_is_not_symmetric():
    random = np.random.default_rng(2)
    A = Smoothing((5, 6), "wrap", lopsided=True)
    power = np.ones((5, 4))
    data = random.standard_normal((5, 6))
    expected = linear_minimum_mean_square_error(A, np.zeros((5, 6)), np.eye(30), 0.3)(data)
    npt.assert_allclose(wiener(A, data, 0.3, 0.0, power, "periodic"), expected, rtol=0, atol=1e-12)


def test_wiener_s_filter_works_in_single_precision():
    random = np.random.default_rng(2)
    data = random.standard_normal((3, 8, 8)).astype(np.float32)
    power = random.uniform(0.1, 3.0, (8, 8))
    single = wiener(Smoothing((8, 8), "symmetric", "float32"), data, 0.2, 0.1, power, "reflective")
    assert single.dtype == np.float32
    double = wiener(Smoothing((8, 8), "symmetric"), data, 0.2, 0.1, power, "reflective")
    npt.assert_allclose(single, double, rtol=0, atol=1e-5)
