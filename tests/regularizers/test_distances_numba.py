"""Sums of powers of distances beside the same sums over all pairs at once."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.regularizers._distances_numba import sum_of_powers


@pytest.mark.kernels
@pytest.mark.parametrize("exponent", [1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("cells", [1, 37])
def test_sums_are_those_of_an_array_over_all_pairs(exponent, cells):
    random = np.random.default_rng(0)
    places, stations = random.uniform(-100.0, 0.0, (cells, 3)), random.uniform(0.0, 50.0, (11, 3))
    sums = np.full(cells, np.nan)
    sum_of_powers(places, stations, 2.5, exponent, sums)
    distances = np.linalg.norm(places[:, None] - stations[None], axis=2)
    npt.assert_allclose(sums, ((distances + 2.5) ** (-2.0 * exponent)).sum(axis=1), rtol=1e-13)


@pytest.mark.kernels
def test_a_station_on_a_cell_is_finite_and_no_station_gives_zero():
    sums = np.empty(1)
    sum_of_powers(np.zeros((1, 3)), np.zeros((1, 3)), 0.5, 3.0, sums)
    assert sums[0] == 0.5**-6
    sum_of_powers(np.zeros((1, 3)), np.zeros((0, 3)), 0.5, 3.0, sums)
    assert sums[0] == 0.0
