"""Series along a row of cells beside polynomials of NumPy."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from numpy.polynomial.polynomial import polyval

from geoinv.operators.prisms.multipole._series_numba import (
    add_high,
    add_low,
    high_coefficients,
    low_coefficients,
    powers_of_z,
)
from geoinv.operators.prisms.multipole.tables import HALF_LANES

X = np.array([-50.0, -20.0, -1.0, 3.0, 40.0])
SIDE, LENGTHS = 400.0, np.array([1.0, 2.0, 0.0, 1.0, 3.0])


@pytest.mark.kernels
def test_powers_of_z_follow_their_exponents():
    exponents = np.array([0, 3, 1, 2, 0], np.uint8)
    powers = np.empty(5)
    powers_of_z(exponents, -1.5, np.empty(4), powers)
    npt.assert_allclose(powers, (-1.5) ** exponents.astype(float), rtol=1e-15)


@pytest.mark.kernels
@pytest.mark.parametrize(("coefficients", "powers"), [(low_coefficients, 8), (high_coefficients, 12)])
def test_coefficients_are_polynomials_in_y(coefficients, powers):
    terms, z = np.random.default_rng(0).standard_normal((2, powers * HALF_LANES))
    found = np.empty(HALF_LANES)
    coefficients(terms, z, -0.7, found)
    npt.assert_allclose(found, polyval(-0.7, (terms * z).reshape(powers, HALF_LANES)), rtol=1e-12, atol=1e-13)


@pytest.mark.kernels
@pytest.mark.parametrize("order", [1, 2, 3])
def test_moments_of_low_degree_fall_as_their_series_says(order):
    c, u = np.random.default_rng(1).standard_normal(12), 1.0 / (X**2 + SIDE)
    row = np.ones(5)
    add_low(c, X, SIDE, 1.0, order, LENGTHS, row)
    even, odd = polyval(u, [c[0], *c[4:8]]), polyval(u, [c[1], *c[8:12]])
    value = even + X * odd + c[2] * X**2 + c[3] * X**3
    npt.assert_allclose(row, 1.0 + LENGTHS * u ** (order + 0.5) * value, rtol=1e-12)


@pytest.mark.kernels
@pytest.mark.parametrize("order", [1, 2, 3])
def test_moments_of_high_degree_fall_two_powers_faster(order):
    c, u = np.random.default_rng(2).standard_normal(14), 1.0 / (X**2 + SIDE)
    row = np.ones(5)
    add_high(c, X, SIDE, 1.0, order, LENGTHS, row)
    value = u**2 * (polyval(u, c[:7]) + X * polyval(u, c[7:]))
    npt.assert_allclose(row, 1.0 + LENGTHS * u ** (order + 0.5) * value, rtol=1e-12)


@pytest.mark.kernels
def test_a_station_on_a_row_divides_by_no_zero():
    row = np.zeros(1)
    add_low(np.ones(12), np.zeros(1), 0.0, 4.0, 1, np.ones(1), row)
    assert np.isfinite(row).all()
