"""Octrees of all kinds for tests, and their cells one by one."""

from __future__ import annotations

import discretize
import numpy as np
from hypothesis import strategies as st

from geoinv import Grid, OctreeGrid
from geoinv.meshes.octree_order import place_in_order

ORIGIN = (-300.0, 7_100_000.0, 500_000.0)


SPACING = (2.0, 5.0, 10.0)


def random_octree(counts=(8, 16, 32), seed=0, split=0.4, holes=0.0) -> OctreeGrid:
    """Octree split at random down to the finest cells, neighbours of any ratio, in the order of cells."""
    random, width = np.random.default_rng(seed), min(counts)
    corner = width * np.array(list(np.ndindex(*(n // width for n in counts))))
    corners, widths = [], []
    while len(corner):
        divided = (random.random(len(corner)) < split + (1.0 - split) * (width == min(counts))) & (width > 1)
        corners.append(corner[~divided])
        widths.append(np.full(len(corners[-1]), width))
        width //= 2
        corner = (corner[divided][:, None] + width * np.array(list(np.ndindex(2, 2, 2)))).reshape(-1, 3)
    corner, width = np.concatenate(corners), np.concatenate(widths)
    order = np.argsort(place_in_order(corner, counts))
    active = random.random(len(order)) >= holes
    return OctreeGrid(corner[order], width[order], counts, SPACING, ORIGIN, active, crs="EPSG:26917")


def finest(mesh: OctreeGrid) -> np.ndarray:
    """Number of the cell that each finest cell belongs to, over the box."""
    cells = np.full(mesh.counts, -1)
    for number, (corner, width) in enumerate(zip(mesh.corner, mesh.width, strict=True)):
        block = tuple(slice(c, c + width) for c in corner)
        assert (cells[block] == -1).all()
        cells[block] = number
    assert (cells >= 0).all()
    return cells


def as_grid(mesh: OctreeGrid) -> Grid:
    """The same rock in equal cells."""
    return Grid.regular(mesh.counts, SPACING, ORIGIN).with_active(mesh.active[finest(mesh)])


def tree_mesh(counts=(16, 8, 8), points=4, seed=0, balance=True) -> discretize.TreeMesh:
    cells = [np.full(n, size) for n, size in zip(counts, SPACING[::-1], strict=True)]
    tree = discretize.TreeMesh(cells, origin=ORIGIN[::-1], diagonal_balance=balance)
    extent = np.array(counts) * SPACING[::-1]
    places = np.array(ORIGIN[::-1]) + np.random.default_rng(seed).random((points, 3)) * extent
    tree.refine_points(places, -1, finalize=True)
    return tree


octrees = st.builds(
    random_octree,
    counts=st.sampled_from([(4, 4, 4), (8, 4, 4), (2, 8, 4), (4, 4, 16), (1, 4, 2), (8, 8, 8)]),
    seed=st.integers(0, 10**6),
    split=st.floats(0.1, 0.9),
    holes=st.sampled_from([0.0, 0.3]),
)


boxes = st.sampled_from([(16, 8, 8), (8, 8, 8), (4, 16, 32), (32, 32, 8), (2, 2, 16)])
