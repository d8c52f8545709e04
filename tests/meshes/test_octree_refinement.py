"""Refinement towards a surface: what is split, and that neighbours differ by one level, also across corners."""

from __future__ import annotations

import discretize
import numpy as np
import numpy.testing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from geoinv import OctreeGrid
from geoinv.meshes.octree_refinement import ASIDE, DOWN, UP, Surface, refined

COUNTS = st.sampled_from([(16, 16, 16), (16, 32, 64), (64, 16, 16), (8, 32, 8)])


def rough_surface(counts, seed, rows=9, columns=5) -> Surface:
    """Surface at random heights over some columns in the middle of the box, with holes."""
    random = np.random.default_rng(seed)
    rows, columns = min(rows, counts[1]), min(columns, counts[2])
    height = counts[0] * (0.6 + 0.3 * random.random((rows, columns)))
    height[random.random(height.shape) < 0.2] = np.nan
    return Surface((counts[1] - rows) // 2, (counts[2] - columns) // 3, height)


@settings(max_examples=25)
@given(COUNTS, st.integers(0, 10**6))
def test_discretize_has_nothing_to_balance_across_faces_edges_and_corners(counts, seed):
    corner, width = refined(rough_surface(counts, seed), counts)
    mesh = OctreeGrid(corner, width, counts, (1.0, 1.0, 1.0))
    tree = discretize.TreeMesh([np.ones(n) for n in counts[::-1]], diagonal_balance=True)
    levels = tree.max_level - np.log2(mesh.width).astype(int)
    tree.insert_cells(np.column_stack(mesh.centres), levels, finalize=True)
    assert tree.n_cells == mesh.size
    npt.assert_array_equal(tree.cell_centers, np.column_stack(mesh.centres))


@settings(max_examples=25)
@given(COUNTS, st.integers(0, 10**6))
def test_a_cell_is_whole_where_the_surface_is_out_of_its_reach_and_its_parent_was_not(counts, seed):
    surface = rough_surface(counts, seed)
    corner, width = refined(surface, counts)

    def reached(corner, width):
        rows = np.arange(surface.height.shape[0]) + surface.south
        columns = np.arange(surface.height.shape[1]) + surface.west
        near_rows = (rows // width >= corner[1] // width - ASIDE) & (rows // width <= corner[1] // width + ASIDE)
        near_columns = (columns // width >= corner[2] // width - ASIDE) & (
            columns // width <= corner[2] // width + ASIDE
        )
        heights = surface.height[np.ix_(near_rows, near_columns)]
        heights = heights[np.isfinite(heights)]
        if not heights.size:
            return False
        return heights.min() <= corner[0] + (1 + DOWN) * width and heights.max() >= corner[0] - UP * width

    for cell, size in zip(corner, width, strict=True):
        assert size == 1 or not reached(cell, size)
        if size < min(counts):
            assert reached(cell // (2 * size) * (2 * size), 2 * size)


def test_without_a_surface_the_cells_are_as_wide_as_the_box_is_narrow():
    corner, width = refined(Surface(2, 2, np.full((3, 3), np.nan)), (4, 8, 16))
    npt.assert_array_equal(width, 4)
    assert len(corner) == 8
