"""Axes on which what is regular but for rounding is exactly so."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import Grid
from geoinv.operators.prisms.geometry import local_axis


def grid(edges: np.ndarray) -> Grid:
    return Grid(edges, [0.0, 1.0], [0.0, 1.0])


@pytest.mark.parametrize(
    ("first", "spacing"), [(0.0, 0.1), (6_200_000.3, 0.1), (-500_000.0, 12.5), (1e6 / 3.0, 1.0 / 3.0)]
)
def test_edges_and_stations_whole_cells_apart_are_multiples_of_one_number(first, spacing):
    edges = first + spacing * np.arange(8.0)
    stations = edges[[2, 5, 0]] + 0.25 * spacing
    axis = local_axis(grid(edges), "easting", stations)
    npt.assert_array_equal(axis.steps, [2, 5, 0])
    assert axis.spacing == pytest.approx(spacing, rel=1e-8)
    npt.assert_array_equal(axis.nodes, axis.spacing * np.rint(axis.nodes / axis.spacing))
    offsets = axis.stations / axis.spacing - np.floor(axis.stations / axis.spacing)
    npt.assert_allclose(offsets, 0.25, atol=1e-6)
    npt.assert_allclose(axis.stations[0] - axis.nodes[0], stations[0] - edges[0], rtol=1e-6)


def test_stations_on_edges_but_for_rounding_are_on_them_wherever_they_are():
    edges = 6_200_000.0 + 0.1 * np.arange(11.0)
    axis = local_axis(grid(edges), "easting", edges[[3, 7]] + 4e-10)
    assert set(axis.stations) <= set(axis.nodes)
    far = local_axis(grid(edges), "easting", edges[[3]] + 0.1 * np.array([40.0]))
    npt.assert_allclose(far.stations - far.nodes[0], 4.3, rtol=1e-6)


def test_stations_at_other_distances_have_no_steps():
    edges = 10.0 * np.arange(6.0)
    axis = local_axis(grid(edges), "easting", np.array([5.0, 12.0, 20.0]))
    assert axis.steps is None
    assert axis.spacing == 10.0
    npt.assert_array_equal(axis.nodes, edges)
    npt.assert_array_equal(axis.stations, [5.0, 12.0, 20.0])
    assert local_axis(grid(edges), "easting", np.array([0.0, 1e12])).steps is None


def test_edges_of_unequal_widths_stay_as_they_are():
    edges = np.array([0.0, 10.0, 25.0, 45.0])
    axis = local_axis(grid(edges), "easting", np.array([10.0 + 2e-15, 24.0, 100.0]))
    assert axis.spacing is None
    assert axis.steps is None
    npt.assert_array_equal(axis.nodes, edges)
    npt.assert_array_equal(axis.stations, [10.0, 24.0, 100.0])
