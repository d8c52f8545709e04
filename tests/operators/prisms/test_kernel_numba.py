"""Compiled kernels of the magnetic operator, small enough to run without the compiler as well."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import numpy.testing as npt
import pytest
import reference
from hypothesis import given, settings
from hypothesis import strategies as st

from geoinv.operators import _fourier_numba as fourier
from geoinv.operators.prisms import _kernel_numba as corner
from geoinv.operators.prisms import _sums_numba as sums

pytestmark = pytest.mark.kernels

MAGNITUDES = st.floats(-140.0, 140.0).map(lambda exponent: 10.0**exponent)
SIGNS = st.sampled_from([-1.0, 1.0])

GRADIENT_TERMS = ["xyz", "xxy", "xyy", "xxz", "xzz", "yyz", "yzz"]


def units_in_the_last_place(got: float, exact: mpmath.mpf) -> float:
    return float(abs(mpmath.mpf(float(got)) - exact) / np.spacing(abs(float(exact))))


@settings(max_examples=300)
@given(MAGNITUDES, MAGNITUDES)
def test_logarithm_of_a_growing_ratio_is_right_to_two_units_in_the_last_place(p, q):
    with mpmath.workdps(60):
        exact = mpmath.log1p(mpmath.mpf(p) / mpmath.mpf(q))
        assert units_in_the_last_place(corner.log_of_ratio(p, q), exact) <= 2.0


@settings(max_examples=300)
@given(st.floats(1e-3, 1e3), st.floats(-0.999999, 4.0), st.floats(-100.0, 100.0))
def test_logarithm_near_one_is_right_to_two_units_in_the_last_place(q, share, exponent):
    p, q = share * q * 10.0**exponent, q * 10.0**exponent
    with mpmath.workdps(60):
        exact = mpmath.log1p(mpmath.mpf(p) / mpmath.mpf(q))
        # where p nears -q, one rounding of p is more than a unit in the last place of the logarithm
        allowed = 2.0 + (0.5 * np.spacing(abs(p)) / (p + q) / np.spacing(abs(float(exact))) if p else 0.0)
        assert units_in_the_last_place(corner.log_of_ratio(p, q), exact) <= allowed


def test_logarithm_of_equal_distances_is_zero():
    assert corner.log_of_ratio(0.0, 3.0) == 0.0


@settings(max_examples=300)
@given(MAGNITUDES, MAGNITUDES, SIGNS, SIGNS)
def test_angle_of_any_magnitudes_is_right_to_two_units_in_the_last_place(height, base, up, right):
    with mpmath.workdps(300):
        exact = mpmath.atan2(mpmath.mpf(up * height), mpmath.mpf(right * base))
        assert units_in_the_last_place(corner.angle_of(up * height, right * base), exact) <= 2.0


@settings(max_examples=300)
@given(st.floats(-math.pi, math.pi), st.floats(1e-6, 1e6))
def test_angle_is_right_to_two_units_in_the_last_place_all_round_the_circle(direction, distance):
    n, d = distance * math.sin(direction), distance * math.cos(direction)
    with mpmath.workdps(60):
        exact = mpmath.atan2(mpmath.mpf(n), mpmath.mpf(d)) if n else mpmath.mpf(0)
        assert units_in_the_last_place(corner.angle_of(n, d), exact) <= 2.0 if n else corner.angle_of(n, d) == 0.0


@pytest.mark.parametrize("d", [-1.0, -0.0, 0.0, 1.0])
@pytest.mark.parametrize("n", [0.0, -0.0])
def test_angle_on_the_cut_is_the_mean_of_both_sides(n, d):
    assert corner.angle_of(n, d) == 0.0


def test_angle_is_a_right_one_on_the_vertical():
    assert corner.angle_of(2.0, 0.0) == math.pi / 2
    assert corner.angle_of(-2.0, 0.0) == -math.pi / 2


def cell_value(order: int, weights: np.ndarray, cell: reference.Cell, station: tuple[float, float, float]) -> float:
    """Value of one cell through the kernels, with unit weights of some terms."""
    west, east, south, north, bottom, top = cell
    matrix = np.empty((1, 1, 1, 1, 1, 1))
    sums.matrix_rows(
        np.array([order]),
        weights.reshape(1, 1, 7),
        np.array([west, east]),
        np.array([south, north]),
        np.array([bottom, top]),
        np.array([station]),
        matrix,
    )
    return float(matrix[0, 0, 0, 0, 0, 0])


CELL = (-2.0, 1.0, 0.5, 4.0, -3.0, -1.0)
STATIONS = [
    (0.25, 1.0, 2.0),  # above
    (0.25, 1.0, -6.0),  # below
    (-5.0, 1.0, -1.5),  # beside, between bottom and top
    (7.0, -9.0, -1.75),
    (0.0, 2.0, -2.5),  # inside
    (-2.0, 0.5, 3.0),  # above a corner
    (-2.0, 9.0, -1.0),  # in line with an edge
    (6.0, 4.0, -3.0),
    (1.0, 2.0, 0.5),  # above an edge
    (0.25, 1.0, -1.0),  # on the top
]


@pytest.mark.parametrize("station", STATIONS)
def test_field_kernel_gives_the_second_derivatives_of_the_potential(station):
    exact = reference.second_derivatives(CELL, station, (0.3, 0.5, 0.7))
    inside = 4.0 * np.pi if station == (0.0, 2.0, -2.5) else 0.0
    expected = [-exact[0, 0], -exact[1, 1], inside, exact[1, 2], exact[0, 2], exact[0, 1]]
    got = [cell_value(2, unit, CELL, station) for unit in np.eye(7)[:6]]
    npt.assert_allclose(got, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("station", [station for station in STATIONS if station != (0.0, 2.0, -2.5)])
def test_gradient_kernel_gives_the_third_derivatives_of_the_potential(station):
    exact = reference.third_derivatives(CELL, station, (0.3, 0.5, 0.7))
    expected = [exact[tuple("xyz".index(axis) for axis in term)] for term in GRADIENT_TERMS]
    got = [cell_value(3, unit, CELL, station) for unit in np.eye(7)]
    npt.assert_allclose(got, expected, rtol=0, atol=1e-13)


@settings(max_examples=60)
@given(
    st.tuples(*[st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.0, 1e-9, 1e-15, 1e-30, 1.0 + 1e-12])] * 3), st.integers(2, 3)
)
def test_kernels_are_finite_at_and_beside_every_edge_and_corner(station, order):
    for unit in np.eye(7):
        assert math.isfinite(cell_value(order, unit, (0.0, 1.0, 0.0, 1.0, 0.0, 1.0), station))


def node_problem() -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
    """Arguments of the sums, matrix of the cells, and charges of single nodes."""
    random = np.random.default_rng(0)
    order = np.array([2, 3])
    weights = random.standard_normal((2, 2, 7))
    x, y, z = np.array([0.0, 1.0, 3.0]), np.array([0.0, 2.0]), np.array([-2.0, -1.0, 0.0])
    stations = np.array([[0.5, 0.5, 1.0], [4.0, -1.0, -0.5], [1.0, 1.0, 0.25]])
    arguments = (order, weights, x, y, z, stations)
    matrix = np.empty((2, 3, 2, 2, 1, 2))
    sums.matrix_rows(*arguments, matrix)
    return arguments, matrix, random.standard_normal((1, 2, 2, 2, 3))


def test_forward_sum_over_charges_is_the_matrix_times_the_model():
    arguments, matrix, _ = node_problem()
    model = np.random.default_rng(1).standard_normal((1, 2, 2, 1, 2))
    charges = np.zeros((1, 2, 2, 2, 3))
    charges[..., :-1, :-1] += model
    charges[..., 1:, 1:] += model
    charges[..., :-1, 1:] -= model
    charges[..., 1:, :-1] -= model
    data = np.empty((1, 2, 3))
    sums.forward_sum(*arguments, charges, np.ones((2, 2), bool), data)
    npt.assert_allclose(data[0], np.einsum("csukji,ukji->cs", matrix, model[0]), rtol=1e-12)


def test_adjoint_sum_is_the_transpose_of_forward_sum():
    arguments, _, charges = node_problem()
    occupied = np.array([[True, True], [False, True]])
    data = np.random.default_rng(2).standard_normal((1, 2, 3))
    forward, back = np.empty((1, 2, 3)), np.zeros_like(charges)
    sums.forward_sum(*arguments, charges, occupied, forward)
    sums.adjoint_sum(*arguments, data, occupied, back)
    assert not back[:, :, 1, 0].any()
    npt.assert_allclose(np.vdot(forward, data), np.vdot(charges, back), rtol=1e-12)


def test_gram_sum_adds_the_weighted_squares_of_the_matrix():
    arguments, matrix, _ = node_problem()
    squared_weights = np.random.default_rng(3).uniform(0.5, 2.0, (2, 3))
    diagonal = np.ones((2, 2, 1, 2))
    sums.gram_sum(*arguments, squared_weights, diagonal)
    npt.assert_allclose(diagonal, 1.0 + np.einsum("cs,csukji->ukji", squared_weights, matrix**2), rtol=1e-12)


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
