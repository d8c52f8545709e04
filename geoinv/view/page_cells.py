"""Cells as a page draws them: corners among edges, widths, and who lies beside whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.meshes.base import AXES, Mesh
from geoinv.meshes.octree import OctreeGrid

if TYPE_CHECKING:
    from geoinv.meshes.tensor import Grid

__all__ = ["MOST_CELLS", "PageCells", "cells_of"]

MOST_CELLS = 2_000_000
"""Active cells that a browser holds and redraws without waiting."""

_MOST_EDGES = 65_535


class PageCells(NamedTuple):
    """Active cells of a mesh.

    Attributes
    ----------
    edges : three arrays of float64
        Sides of the finest cells along easting, northing, upward, in metres.
    corner : (cells, 3) array of uint16
        Where each cell begins among the edges, in the same order.
    level : (cells,) array of uint8
        A cell is 2**level edges wide.
    beside : (6, cells) array of int32
        Number of the cell that covers a side of a cell whole (west, east, south, north, bottom, top), less its own
        number; 0 where none does.
    active : array of bool
        Which cells of the mesh they are.
    """

    edges: tuple[npt.NDArray[np.float64], ...]
    corner: npt.NDArray[np.uint16]
    level: npt.NDArray[np.uint8]
    beside: npt.NDArray[np.int32]
    active: npt.NDArray[np.bool_]


def cells_of(mesh: Mesh) -> PageCells:
    """Active cells of a tensor mesh or an octree.

    Raises
    ------
    InputError
        If they are too many for a page.
    """
    count = int(np.count_nonzero(mesh.active))
    if count > MOST_CELLS:
        remedy = way("draw a picture with --out", "draw a picture with view", "draw a picture")
        raise InputError(
            f"a page expects at most {MOST_CELLS:,} active cells, got {count:,}; {remedy}, or invert on a coarser mesh"
        )
    cells = _of_octree(mesh) if isinstance(mesh, OctreeGrid) else _of_tensor(mesh)  # type: ignore[arg-type]
    if max(edges.size for edges in cells.edges) > _MOST_EDGES:
        raise InputError(f"a page expects at most {_MOST_EDGES:,} cells along an axis, got more; draw a picture")
    return cells


def _of_tensor(mesh: Grid) -> PageCells:
    index = np.argwhere(mesh.active)
    number = np.full(np.add(mesh.shape, 2), -1)
    number[tuple((index + 1).T)] = np.arange(len(index))
    beside = []
    for axis in (2, 1, 0):
        for step in (-1, 1):
            there = index + 1
            there[:, axis] += step
            beside.append(number[tuple(there.T)])
    edges = tuple(np.asarray(mesh.edges(axis)) for axis in reversed(AXES))
    return PageCells(
        edges, index[:, ::-1].astype(np.uint16), np.zeros(len(index), np.uint8), _relative(beside), mesh.active
    )


def _of_octree(mesh: OctreeGrid) -> PageCells:
    active = np.flatnonzero(mesh.active)
    number = np.full(mesh.size, -1)
    number[active] = np.arange(active.size)
    corner, width = mesh.corner[active].astype(np.int64), mesh.width[active].astype(np.int64)
    beside = []
    for axis in (2, 1, 0):
        for above in (False, True):
            there = corner.copy()
            there[:, axis] += width if above else -1
            inside = (there[:, axis] >= 0) & (there[:, axis] < mesh.counts[axis])
            there[:, axis] = np.clip(there[:, axis], 0, mesh.counts[axis] - 1)
            cell = mesh.cell_at(there)
            # of several narrower cells none covers the side
            covers = inside & (mesh.width[cell] >= width)
            beside.append(np.where(covers, number[cell], -1))
    edges = tuple(mesh.origin[k] + mesh.spacing[k] * np.arange(mesh.counts[k] + 1.0) for k in (2, 1, 0))
    level = mesh.level[active].astype(np.uint8)
    return PageCells(edges, corner[:, ::-1].astype(np.uint16), level, _relative(beside), mesh.active)


def _relative(beside: list[npt.NDArray[np.intp]]) -> npt.NDArray[np.int32]:
    numbers = np.stack(beside)
    return np.where(numbers < 0, 0, numbers - np.arange(numbers.shape[1])).astype(np.int32)
