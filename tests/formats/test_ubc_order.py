"""The order of cells in UBC files: down fastest, then easting, then northing."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

from geoinv import Grid
from geoinv.formats.ubc_order import ubc_order


def test_the_first_cells_are_the_column_of_the_south_west_corner_from_the_top():
    grid = Grid.regular((3, 2, 4), (1.0, 1.0, 1.0))
    model = np.zeros(grid.shape)
    for n, (northing, easting, down) in enumerate(np.ndindex(2, 4, 3)):
        model[2 - down, northing, easting] = n
    npt.assert_array_equal(model.ravel()[ubc_order(grid)], np.arange(24))


def test_it_is_the_order_of_discretize():
    grid = Grid.regular((3, 2, 4), (5.0, 6.0, 7.0))
    centres = grid.to_discretize().cell_centers
    # discretize counts upward slowest and from the bottom, easting fastest: UBC's own function reorders it
    values = centres @ [1.0, 100.0, 10_000.0]
    model = np.asarray(values).reshape(grid.shape)
    reordered = values.reshape((4, 2, 3), order="F")[:, :, ::-1].transpose(2, 0, 1).ravel(order="F")
    npt.assert_array_equal(model.ravel()[ubc_order(grid)], reordered)
