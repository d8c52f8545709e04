"""Lines that say what a file holds, against numbers counted by hand."""

from __future__ import annotations

import numpy as np
from octree_makers import random_octree

from geoinv import Grid
from geoinv.meshes.summary import mesh_lines, point_lines, range_line


def test_null_values_are_in_no_range() -> None:
    assert range_line("tmi", np.array([np.nan, 3.0, -1.0, 2.0]), "nT") == "tmi -1 to 3 nT, median 2"
    assert range_line("tmi", np.array([np.nan]), "nT") == "tmi: no value"


def test_points_are_counted_along_three_axes() -> None:
    assert point_lines(np.array([[500000.25, 1.0, -2.0], [500010.0, 0.0, 7.0]])) == [
        "2 points",
        "easting 500000.25 to 500010 m",
        "northing 0 to 1 m",
        "upward -2 to 7 m",
    ]


def test_a_mesh_says_cells_extents_and_widths() -> None:
    active = np.ones((1, 2, 3), bool)
    active[0, 0, 0] = False
    grid = Grid([0.0, 10.0, 20.0, 50.0], [-5.0, 0.0, 5.0], [-40.0, 0.0], active)
    assert mesh_lines(grid) == [
        "1 x 2 x 3 cells (upward, northing, easting), 5 active",
        "easting 0 to 50 m",
        "northing -5 to 5 m",
        "upward -40 to 0 m",
        "cells 10 to 30 m along easting",
        "cells 5 to 5 m along northing",
        "cells 40 to 40 m along upward",
    ]
    tree = random_octree(holes=0.2)
    assert mesh_lines(tree)[0] == f"{tree.size} cells, {np.count_nonzero(tree.active)} active"
