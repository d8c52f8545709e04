"""Octrees from and to xarray, discretize and PyVista."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import attributes_of
from geoinv.core.checks import InputError, refuse_masked, shape_text
from geoinv.meshes.base import AXES
from geoinv.meshes.exchange import models_on
from geoinv.meshes.octree_checks import checked_counts

if TYPE_CHECKING:
    import discretize
    import pyvista as pv
    import xarray as xr

    from geoinv.meshes.octree import OctreeGrid

__all__ = ["cells_of_dataset", "cells_of_tree_mesh", "dataset_of", "marks", "nodes_of_voxels", "tree_mesh", "voxels"]

Array = npt.NDArray[np.float64]

CLOSE = 1e-6
"""Part of a finest cell by which a corner may miss its place: what files of rounded numbers make of it."""

Cells = tuple[
    npt.NDArray[np.int64],
    npt.NDArray[np.int64],
    tuple[int, int, int],
    tuple[float, float, float],
    tuple[float, float, float],
    Any,
    str | None,
]
"""Corners, widths, counts, spacing, origin, active cells (None: all) and CRS, as OctreeGrid takes them."""


def dataset_of(mesh: OctreeGrid, models: Mapping[str, npt.ArrayLike]) -> xr.Dataset:
    """CF Dataset of an octree and models on it, see :meth:`geoinv.OctreeGrid.to_xarray`."""
    import xarray as xr

    from geoinv.conventions import cf

    coordinates: dict[str, Any] = {}
    for axis, centres in zip(reversed(AXES), mesh.centres, strict=True):
        attributes = {**cf.AXIS_ATTRIBUTES[axis], "bounds": f"{axis}_bounds"}
        attributes.pop("axis")
        coordinates[axis] = ("cell", centres, attributes)
        coordinates[f"{axis}_bounds"] = (("cell", "bounds"), np.column_stack(mesh.cell_edges(axis)))
    coordinates["active"] = ("cell", mesh.active, {"long_name": "cell holds rock"})
    box = {
        "long_name": "box of the octree: finest cells, their size in metres and its lowest corner "
        "(upward, northing, easting)",
        "finest_cells": list(mesh.counts),
        "finest_spacing": list(mesh.spacing),
        "origin": list(mesh.origin),
    }
    coordinates["octree"] = ((), 0, box)
    data = xr.Dataset(coords=coordinates)
    for name, values in models_on(mesh, "OctreeGrid.to_xarray", models).items():
        data[name] = ("cell", values, attributes_of(name))
    return cf.with_crs(data, mesh.crs)


def cells_of_dataset(data: xr.Dataset | xr.DataArray) -> Cells:
    """What an octree is made of, from a Dataset over ``cell``; see :meth:`geoinv.OctreeGrid.from_xarray`."""
    from geoinv.conventions import cf
    from geoinv.conventions.variables import numbers

    wanted = ["octree", *(f"{axis}_bounds" for axis in AXES)]
    known = set(map(str, data.coords)) | set(map(str, getattr(data, "data_vars", ())))
    missing = [name for name in wanted if name not in known]
    if missing:
        raise InputError(
            f"the octree expects the variables {', '.join(wanted)}, got no {', '.join(missing)}; write the mesh with "
            "OctreeGrid.to_xarray"
        )
    counts, spacing, origin = (_triple(data["octree"], name) for name in ("finest_cells", "finest_spacing", "origin"))
    sides = []
    for axis in AXES:
        variable = data[f"{axis}_bounds"]
        if variable.ndim != 2 or variable.dims[0] != "cell" or variable.shape[1] != 2:
            raise InputError(
                f"the octree expects {axis}_bounds over (cell, bounds), got it over "
                f"({', '.join(map(str, variable.dims))}); write the mesh with OctreeGrid.to_xarray"
            )
        sides.append(np.sort(numbers(variable, "length", name=f"{axis}_bounds").values, axis=1))
    corner, width = _on_lattice(np.stack(sides, axis=1), spacing, origin)
    active: Any = None
    if "active" in known:
        marks = numbers(data["active"]).values
        if not np.isin(marks, (0.0, 1.0)).all():
            wrong = marks[~np.isin(marks, (0.0, 1.0))][0]
            raise InputError(f"the mesh expects active as 1 (rock) or 0 in every cell, got {wrong:g}")
        active = marks.astype(bool)
    elif hasattr(data, "dtype"):
        active = np.isfinite(numbers(cast("xr.DataArray", data)).values)
    return corner, width, checked_counts(counts), spacing, origin, active, cf.crs_of(data)


def _triple(variable: xr.DataArray, name: str) -> tuple[float, float, float]:
    """Attribute of three numbers (upward, northing, easting)."""
    try:
        values = np.asarray(variable.attrs.get(name), np.float64)
    except (TypeError, ValueError):
        values = np.empty(0)
    if values.shape != (3,) or not np.isfinite(values).all():
        raise InputError(
            f"the octree expects the attribute {name} of octree as three numbers (upward, northing, easting), got "
            f"{variable.attrs.get(name)!r}; write the mesh with OctreeGrid.to_xarray"
        )
    return float(values[0]), float(values[1]), float(values[2])


def _on_lattice(
    sides: Array, spacing: tuple[float, float, float], origin: tuple[float, float, float]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Corners and widths in finest cells of cells (cells, axis, 2) between coordinates in metres.

    Raises
    ------
    InputError
        If a cell does not lie on the lattice of finest cells, or is wider along one axis than along another.
    """
    if min(spacing) <= 0.0:
        raise InputError(
            f"the octree expects a positive finest spacing, got {min(spacing):g} m; give cell sizes in metres"
        )
    missing = ~np.isfinite(sides)
    if missing.any():
        cell, axis, _ = np.unravel_index(int(np.argmax(missing)), missing.shape)
        raise InputError(
            f"the octree expects a number in every {AXES[axis]}_bounds, got none for cell {int(cell)} "
            f"({int(missing.any(axis=(1, 2)).sum())} of {len(sides)} cells); a mesh needs them all"
        )
    steps = (sides - np.asarray(origin)[:, None]) / np.asarray(spacing)[:, None]
    whole = np.round(steps)
    rounding = CLOSE + 4.0 * np.spacing(np.abs(sides).max(initial=1.0)) / min(spacing)
    missed = ~(np.abs(steps - whole) <= rounding)
    extents = whole[..., 1] - whole[..., 0]
    missed |= (extents != extents[:, :1])[..., None]
    if missed.any():
        cell, axis, _ = np.unravel_index(int(np.argmax(missed)), missed.shape)
        raise InputError(
            f"the octree expects cells that are whole multiples of the finest one, alike along all axes, got "
            f"{AXES[axis]} {sides[cell, axis, 0]:.10g} to {sides[cell, axis, 1]:.10g} m for cell {int(cell)}; "
            "check the finest spacing and the origin"
        )
    return whole[..., 0].astype(np.int64), extents[:, 0].astype(np.int64)


def nodes_of_voxels(
    corner: npt.NDArray[Any],
    width: npt.NDArray[Any],
    counts: Sequence[int],
    spacing: Sequence[float],
    origin: Sequence[float],
) -> tuple[Array, npt.NDArray[np.intp]]:
    """Corners of cells of an octree, each once, as VTK's voxels take them.

    Parameters
    ----------
    corner, width, counts, spacing, origin
        Of the cells and their box, as :class:`geoinv.OctreeGrid` has them; cells may be some of an octree's.

    Returns
    -------
    points : (points, 3) array
        Easting, northing, upward in metres.
    index : (cells, 8) array of int
        Points of each cell.
    """
    corners = np.array(list(np.ndindex(2, 2, 2)))
    nodes = corner[:, None, :].astype(np.int64) + corners * width[:, None, None]
    sizes = np.asarray(counts, np.int64) + 1
    flat = (nodes[..., 0] * sizes[1] + nodes[..., 1]) * sizes[2] + nodes[..., 2]
    numbers, index = np.unique(flat, return_inverse=True)
    northward, east = np.divmod(numbers, sizes[2])
    up, north = np.divmod(northward, sizes[1])
    points = np.column_stack([origin[k] + spacing[k] * n for k, n in ((2, east), (1, north), (0, up))])
    return points, index.reshape(len(corner), 8)


def voxels(mesh: OctreeGrid, models: Mapping[str, npt.ArrayLike]) -> pv.UnstructuredGrid:
    """PyVista's grid of an octree, models as cell data, see :meth:`geoinv.OctreeGrid.to_pyvista`."""
    import pyvista as pv

    points, index = nodes_of_voxels(mesh.corner, mesh.width, mesh.counts, mesh.spacing, mesh.origin)
    cells = np.column_stack([np.full(mesh.size, 8), index])
    result = pv.UnstructuredGrid(cells.ravel(), np.full(mesh.size, pv.CellType.VOXEL), points)
    result.cell_data["active"] = mesh.active
    for name, values in models_on(mesh, "OctreeGrid.to_pyvista", models).items():
        result.cell_data[name] = values
    return result


def tree_mesh(mesh: OctreeGrid) -> discretize.TreeMesh:
    """Discretize's mesh of the same cells, see :meth:`geoinv.OctreeGrid.to_discretize`."""
    import discretize

    widths = [np.full(mesh.counts[k], mesh.spacing[k]) for k in (2, 1, 0)]
    tree = discretize.TreeMesh(widths, origin=[mesh.origin[k] for k in (2, 1, 0)], diagonal_balance=False)
    levels = tree.max_level - np.log2(mesh.width).round().astype(int)
    tree.insert_cells(np.column_stack(mesh.centres), levels, finalize=True)
    if tree.n_cells != mesh.size:
        raise InputError(
            f"discretize expects cells that share a face to differ by one level at most, and would make {tree.n_cells} "
            f"cells of these {mesh.size}; split the wider ones"
        )
    return tree


def cells_of_tree_mesh(mesh: discretize.TreeMesh) -> Cells:
    """What an octree is made of, from a discretize.TreeMesh; see :meth:`geoinv.OctreeGrid.from_discretize`."""
    owner = "OctreeGrid.from_discretize"
    if getattr(mesh, "_meshType", "") != "TREE" or mesh.dim != 3:
        dimensions = f" of {mesh.dim} dimensions" if hasattr(mesh, "dim") else ""
        raise InputError(
            f"{owner} expects a TreeMesh of 3 dimensions, got {type(mesh).__name__}{dimensions}; build an octree"
        )
    if not mesh.finalized:
        raise InputError(f"{owner} expects a finalized TreeMesh, got one that is still refined; call mesh.finalize()")
    if mesh.reference_is_rotated:
        raise InputError(f"{owner} expects axes along easting, northing and upward, got a rotated mesh; rotate it back")
    widths = []
    for axis, cells in zip(AXES, reversed(mesh.h), strict=True):
        if np.ptp(cells) > 1e-9 * cells.max():
            raise InputError(
                f"{owner} expects finest cells of one width along {axis}, got {cells.min():g} to {cells.max():g} m; "
                "resample the model onto a TreeMesh of equal finest cells"
            )
        widths.append(float(np.mean(cells)))
    spacing, counts = (widths[0], widths[1], widths[2]), tuple(len(cells) for cells in reversed(mesh.h))
    start = (float(mesh.origin[2]), float(mesh.origin[1]), float(mesh.origin[0]))
    width = 2 ** (mesh.max_level - np.asarray(mesh.cell_levels_by_index(np.arange(mesh.n_cells)), np.int64))
    centres = (mesh.cell_centers[:, ::-1] - np.asarray(start)) / np.asarray(spacing)
    corner = np.round(centres - 0.5 * width[:, None]).astype(np.int64)
    return corner, width, cast("tuple[int, int, int]", counts), spacing, start, None, None


def marks(active: npt.ArrayLike, cells: int) -> npt.NDArray[np.bool_]:
    """Active cells of a discretize.TreeMesh, as booleans or as 0 and 1; numbers of cells are none."""
    owner = "OctreeGrid.from_discretize"
    refuse_masked(owner, "active", active)
    given = np.asarray(active)
    if given.dtype.kind in "iuf" and given.shape == (cells,) and np.isin(given, (0, 1)).all():
        given = given.astype(bool)
    if given.dtype != bool or given.shape != (cells,):
        raise InputError(
            f"{owner} expects active as True or False for each of the {cells} cells, got {given.dtype} of shape "
            f"{shape_text(given.shape)}; where you have numbers of cells, set these True in numpy.zeros({cells}, bool)"
        )
    return given
