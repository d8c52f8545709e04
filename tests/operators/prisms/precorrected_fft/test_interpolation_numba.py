"""Between lattice and stations: weighted sums over nodes, and their transpose whatever the strips."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.operators.prisms.precorrected_fft._interpolation_numba import first_from, interpolate, spread

RANDOM = np.random.default_rng(0)
SHAPE, ORDERS, STATIONS = (5, 9, 8), (2, 4, 3), 11
PLACES = np.column_stack([RANDOM.integers(0, n - order + 1, STATIONS) for n, order in zip(SHAPE, ORDERS, strict=True)])
NODES = np.ascontiguousarray(PLACES[np.argsort(PLACES[:, 1], kind="stable")])
WEIGHTS = RANDOM.standard_normal((STATIONS, *ORDERS))


def matrix() -> np.ndarray:
    """Weights (stations, *lattice)."""
    weights = np.zeros((STATIONS, *SHAPE))
    for station, (z, y, x) in enumerate(NODES):
        box = tuple(slice(first, first + order) for first, order in zip((z, y, x), ORDERS, strict=True))
        weights[station, *box] = WEIGHTS[station]
    return weights


@pytest.mark.kernels
def test_stations_add_what_their_nodes_weigh():
    lattice, data = RANDOM.standard_normal((2, *SHAPE)), np.ones((2, STATIONS))
    interpolate(NODES, WEIGHTS, lattice, data)
    npt.assert_allclose(data, 1.0 + np.tensordot(lattice, matrix(), ((1, 2, 3), (1, 2, 3))), rtol=1e-12, atol=1e-13)


@pytest.mark.kernels
@pytest.mark.parametrize("strip", [1, 2, 5, 100])
def test_data_are_spread_as_the_transpose_in_strips_of_any_width(strip):
    data, lattice = RANDOM.standard_normal((2, STATIONS)), np.zeros((2, *SHAPE))
    spread(NODES, WEIGHTS, data, strip, lattice)
    npt.assert_allclose(lattice, np.tensordot(data, matrix(), ((1,), (0,))), rtol=1e-12, atol=1e-13)


@pytest.mark.kernels
def test_the_first_station_of_a_row_is_found():
    for row in range(-1, SHAPE[1] + 2):
        assert first_from(NODES, row) == np.searchsorted(NODES[:, 1], row)
    assert first_from(NODES[:0], 3) == 0
