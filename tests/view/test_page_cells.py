"""Cells of a page: corners, widths and neighbours of tensor meshes and octrees."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from octree_makers import finest, random_octree
from view_subjects import padded_grid

from geoinv import InputError
from geoinv.view import page_cells
from geoinv.view.page_cells import cells_of

SIDES = [(axis, step) for axis in (0, 1, 2) for step in (-1, 1)]  # easting, northing, upward


@pytest.mark.parametrize("mesh", [padded_grid(), random_octree(holes=0.3)], ids=["tensor", "octree"])
def test_cells_stand_where_those_of_the_mesh_do(mesh):
    cells = cells_of(mesh)
    assert len(cells.level) == mesh.active.sum()
    low = np.stack([cells.edges[k][cells.corner[:, k]] for k in range(3)])
    high = np.stack([cells.edges[k][cells.corner[:, k] + 2 ** cells.level.astype(int)] for k in range(3)])
    centres = np.stack([np.broadcast_to(part, mesh.shape)[mesh.active] for part in centres_of(mesh)])
    npt.assert_allclose(0.5 * (low + high), centres, rtol=0, atol=1e-6)
    npt.assert_allclose(np.prod(high - low, axis=0), mesh.volumes[mesh.active])


def centres_of(mesh):
    if len(mesh.shape) == 1:
        return mesh.centres
    upward, northing, easting = np.meshgrid(mesh.upward, mesh.northing, mesh.easting, indexing="ij")
    return easting, northing, upward


@pytest.mark.parametrize("holes", [0.0, 0.3])
def test_the_neighbour_is_the_cell_that_covers_the_side(holes):
    mesh = random_octree(holes=holes)
    cells, owner = cells_of(mesh), finest(mesh)
    number = np.cumsum(mesh.active) - 1
    for place, cell in enumerate(np.flatnonzero(mesh.active)):
        corner, width = mesh.corner[cell][::-1], mesh.width[cell]
        for side, (axis, step) in enumerate(SIDES):
            start = corner.copy()
            start[axis] += width if step > 0 else -1
            block = [slice(c, c + (1 if k == axis else width)) for k, c in enumerate(start)]
            beyond = start[axis] < 0 or start[axis] >= mesh.counts[2 - axis]
            others = [] if beyond else np.unique(owner[tuple(block[::-1])])
            expected = 0
            if len(others) == 1 and mesh.active[others[0]] and mesh.width[others[0]] >= width:
                expected = number[others[0]] - place
            assert cells.beside[side, place] == expected


def test_the_neighbour_in_a_tensor_mesh_is_the_next_cell():
    mesh = padded_grid()
    cells = cells_of(mesh)
    index = [tuple(one) for one in np.argwhere(mesh.active)]
    places = {one: number for number, one in enumerate(index)}
    for number, (upward, northing, easting) in enumerate(index):
        for side, (axis, step) in enumerate(SIDES):
            other = [easting, northing, upward]
            other[axis] += step
            expected = places.get(tuple(other[::-1]), number) - number
            assert cells.beside[side, number] == expected


def test_more_cells_than_a_browser_holds_are_refused(monkeypatch):
    monkeypatch.setattr(page_cells, "MOST_CELLS", 10)
    with pytest.raises(InputError, match=r"a page expects at most 10 active cells, got 1,\d+; draw a picture"):
        cells_of(padded_grid())
