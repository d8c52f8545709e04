"""Prism kernels against corner sums in many digits, small enough to run without the compiler as well."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import numpy.testing as npt
import pytest
import reference
from hypothesis import given, settings
from hypothesis import strategies as st

from geoinv.operators.prisms import _kernel_numba as kernels
from geoinv.operators.prisms import _sums_numba as sums

pytestmark = pytest.mark.kernels

GRADIENT_TERMS = ["xyz", "xxy", "xyy", "xxz", "xzz", "yyz", "yzz"]


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


# on every corner, edge, face and centre, in line with each of them, and beyond each end
ALIGNED = list(product((-2.0, -0.5, 1.0, -40.0, 25.0), (0.5, 2.25, 4.0, -30.0, 41.0), (-3.0, -2.0, -1.0, 17.0, -33.0)))

BESIDE = [(0.25, 1.0, 2.0), (0.25, 1.0, -6.0), (-5.0, 1.0, -1.5), (7.0, -9.0, -1.75), (0.0, 2.0, -2.5)]


def first_derivatives(cell: reference.Cell, station: tuple[float, float, float], weights: np.ndarray) -> float:
    """Value of one cell: differences of the kernel at its nodes, the last of them repeated as in a padded row."""
    west, east, south, north, bottom, top = cell
    nodes, rows = np.array([west, east, *[east] * 6]), np.empty((2, 8))
    for row, y in zip(rows, (south, north), strict=True):
        z1, z2 = bottom - station[2], top - station[2]
        kernels.first_derivatives_row(weights, nodes, station[0], y - station[1], north - station[1], z1, z2, row)
    return float((rows[1, 1] - rows[1, 0]) - (rows[0, 1] - rows[0, 0]))


def vector(cell: reference.Cell, station: tuple[float, float, float]) -> np.ndarray:
    """All three derivatives."""
    return np.array([first_derivatives(cell, station, unit) for unit in np.eye(7)[:3]])


@pytest.mark.parametrize("station", [*BESIDE, *ALIGNED])
def test_first_derivatives_are_right_at_every_point(station):
    exact = reference.first_derivatives(CELL, station)
    distance = np.linalg.norm(np.array(station) - (-0.5, 2.25, -2.0))
    npt.assert_allclose(vector(CELL, station), exact, rtol=0, atol=1e-15 * (10.0 + distance))


@pytest.mark.parametrize("nudge", [1e-15, 1e-12, 1e-8, 1e-4])
def test_first_derivatives_keep_their_digits_beside_a_line_through_an_edge(nudge):
    # the textbook's logarithm loses all of them: its argument is a difference of nearly equal lengths
    for station in product((1.0 + nudge, -40.0), (4.0 - nudge, 41.0), (-1.0 - nudge, 17.0)):
        exact = reference.first_derivatives(CELL, station)
        npt.assert_allclose(vector(CELL, station), exact, rtol=0, atol=1e-13)


@pytest.mark.parametrize("size", [(1.0, 1.0, 1.0), (10.0, 1.0, 1.0), (1.0, 10.0, 10.0), (10.0, 10.0, 1.0)])
@pytest.mark.parametrize("distance", [10.0, 1e3, 1e5])
def test_first_derivatives_lose_two_differences_far_away(size, distance):
    """Relative to their size, 2e-15 r^2 / (a b) with a and b the shorter sides: 1e-6 at 20,000 sides of a cube."""
    random = np.random.default_rng(0)
    a, b, _ = sorted(size)
    for direction in random.standard_normal((8, 3)):
        station = tuple(float(s) for s in distance * direction / np.linalg.norm(direction))
        cell = (-0.5 * size[0], 0.5 * size[0], -0.5 * size[1], 0.5 * size[1], -0.5 * size[2], 0.5 * size[2])
        exact = reference.first_derivatives(cell, station)
        error = np.linalg.norm(vector(cell, station) - exact) / np.linalg.norm(exact)
        assert error <= 2e-15 * max(1.0, distance**2 / (a * b))


def test_weights_add_up():
    weights = np.array([0.3, -2.0, 0.7, 0.0, 0.0, 0.0, 0.0])
    for station in BESIDE:
        npt.assert_allclose(
            first_derivatives(CELL, station, weights), weights[:3] @ vector(CELL, station), rtol=0, atol=1e-13
        )


@settings(max_examples=60)
@given(st.tuples(*[st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.0, 1e-9, 1e-15, 1e-30, 1.0 + 1e-12])] * 3))
def test_first_derivatives_are_finite_and_within_those_of_a_ball(station):
    # of all bodies of a volume a ball with the point on its surface pulls the most, but for a few percent
    most = 1.1 * 4.0 / 3.0 * np.pi * (3.0 / (4.0 * np.pi)) ** (1.0 / 3.0)
    for value in vector((0.0, 1.0, 0.0, 1.0, 0.0, 1.0), station):
        assert math.isfinite(value)
        assert abs(value) <= most
