"""Which axes are whole multiples of their smallest cell, coordinates' rounding apart."""

import numpy as np
import pytest

from geoinv import Grid
from geoinv.operators.prisms.levels.multiples import uniform_axis


def grid(edges):
    return Grid(edges, [0.0, 1.0], [0.0, 1.0])


@pytest.mark.parametrize("start", [0.0, -1234.5, 6.1e6])
@pytest.mark.parametrize("width", [0.1, 25.0, 1 / 3])
def test_padding_in_whole_multiples(start, width):
    counts = np.array([8, 4, 3, 2, 2, 1, 1, 1, 1, 2, 2, 3, 6])
    edges = start + width * np.concatenate([[0], np.cumsum(counts)])
    axis = uniform_axis(grid(edges), "easting")
    assert axis.multiples.tolist() == counts.tolist()
    assert axis.owners.tolist() == np.repeat(np.arange(counts.size), counts).tolist()
    # the mesh's own edges stay what they are, to the last bit
    np.testing.assert_array_equal(axis.edges[np.concatenate([[0], np.cumsum(counts)])], edges)
    assert grid(axis.edges).uniform_spacing("easting") == pytest.approx(width)


@pytest.mark.parametrize("counts", [[1.3, 1, 1, 1.3], [2.5, 1, 1], [1.0001, 1, 1], [3, 1, 1.0001], [1, 1, 1 + 1e-7]])
def test_fractional_growth_is_not_for_a_lattice(counts):
    assert uniform_axis(grid(np.concatenate([[0.0], np.cumsum(counts)])), "easting") is None


def test_rounding_of_large_coordinates_is_forgiven():
    edges = np.float64(np.float32(1e3)) + np.round(0.1 * np.cumsum([0, 3, 1, 1, 2]), 12)
    assert uniform_axis(grid(edges), "easting").multiples.tolist() == [3, 1, 1, 2]


def test_too_many_cells_are_none():
    assert uniform_axis(grid([0.0, 1e-3, 2e-3, 1e8]), "easting") is None
