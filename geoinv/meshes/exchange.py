"""Tensor meshes from and to xarray, discretize and PyVista."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import attributes_of
from geoinv.core.checks import InputError, array_of, refuse_masked, shape_text
from geoinv.core.labels import along_labels
from geoinv.meshes.base import AXES, Mesh

if TYPE_CHECKING:
    import discretize
    import pyvista as pv
    import xarray as xr

    from geoinv.meshes.tensor import Grid

__all__ = [
    "active_in_order",
    "cells_of_dataset",
    "dataset_of",
    "edges_of_tensor_mesh",
    "models_on",
    "rectilinear",
    "tensor_mesh",
]

Array = npt.NDArray[np.float64]


def models_on(mesh: Mesh, owner: str, models: Mapping[str, npt.ArrayLike]) -> dict[str, Array]:
    """Models by name as arrays of the mesh's shape, NaN in inactive cells; labelled ones along their labels.

    Raises
    ------
    InputError
        If one has another shape, or other labels.
    """
    found = {}
    for name, model in models.items():
        plain = along_labels(owner, name, model, mesh.dims, mesh.labels)
        values = array_of(owner, name, plain, shape=mesh.shape, names=mesh.dims)
        found[name] = np.where(mesh.active, values, np.nan)
    return found


def dataset_of(grid: Grid, models: Mapping[str, npt.ArrayLike]) -> xr.Dataset:
    """CF Dataset of a tensor mesh and models on it, see :meth:`geoinv.Grid.to_xarray`."""
    import xarray as xr

    from geoinv.conventions import cf

    data = xr.Dataset(coords=cf.cell_coordinates({axis: grid.edges(axis) for axis in AXES}))
    data = data.assign_coords(active=(AXES, grid.active, {"long_name": "cell holds rock"}))
    for name, values in models_on(grid, "Grid.to_xarray", models).items():
        data[name] = (AXES, values, attributes_of(name))
    return cf.with_crs(data, grid.crs)


def cells_of_dataset(data: xr.Dataset | xr.DataArray) -> tuple[dict[str, Array], Any, str | None]:
    """Edges by axis, active cells (None: all) and CRS of a tensor mesh, see :meth:`geoinv.Grid.from_xarray`."""
    from geoinv.conventions import cf

    missing = [axis for axis in AXES if axis not in data.coords]
    if missing:
        raise InputError(
            f"the mesh expects coordinates {', '.join(AXES)}, "
            f"got {', '.join(map(str, data.coords)) or 'none'}; add {', '.join(missing)} in metres, or rename "
            "the dimensions"
        )
    edges = {axis: cf.cell_edges(data, axis) for axis in AXES}
    active: Any = None
    if "active" in data.coords or "active" in getattr(data, "data_vars", ()):
        marks = cf.cell_values(data, data["active"]).values
        if not np.isin(marks, (0.0, 1.0)).all():
            wrong = marks[~np.isin(marks, (0.0, 1.0))][0]
            raise InputError(f"the mesh expects active as 1 (rock) or 0 in every cell, got {wrong:g}")
        active = marks.astype(bool)
    elif hasattr(data, "dtype"):
        active = np.isfinite(cf.cell_values(data, cast("xr.DataArray", data)).values)
    return edges, active, cf.crs_of(data)


def rectilinear(grid: Grid, models: Mapping[str, npt.ArrayLike]) -> pv.RectilinearGrid:
    """PyVista's grid of a tensor mesh, models as cell data, see :meth:`geoinv.Grid.to_pyvista`."""
    import pyvista as pv

    result = pv.RectilinearGrid(grid.easting_edges, grid.northing_edges, grid.upward_edges)
    result.cell_data["active"] = grid.active.ravel()
    for name, values in models_on(grid, "Grid.to_pyvista", models).items():
        result.cell_data[name] = values.ravel()
    return result


def tensor_mesh(grid: Grid) -> discretize.TensorMesh:
    """Discretize's mesh of the same cells."""
    import discretize

    return discretize.TensorMesh(
        [grid.widths("easting"), grid.widths("northing"), grid.widths("upward")],
        origin=[grid.easting_edges[0], grid.northing_edges[0], grid.upward_edges[0]],
    )


def edges_of_tensor_mesh(mesh: discretize.TensorMesh) -> tuple[Array, Array, Array]:
    """Edges along easting, northing and upward of a 3D discretize.TensorMesh.

    Raises
    ------
    InputError
        If it is another mesh.
    """
    if getattr(mesh, "_meshType", "") != "TENSOR" or mesh.dim != 3:
        raise InputError(
            f"Grid.from_discretize expects a TensorMesh of 3 dimensions, got {type(mesh).__name__}; "
            "resample the model onto a tensor mesh"
        )
    return mesh.nodes_x, mesh.nodes_y, mesh.nodes_z


def active_in_order(grid: Grid, active: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Active cells of a discretize.TensorMesh, in its order, as an array of the grid's shape."""
    refuse_masked("Grid.from_discretize", "active", active)
    if np.size(active) != grid.size:
        raise InputError(
            f"Grid.from_discretize expects active cells of shape ({grid.size},), got {shape_text(np.shape(active))}"
        )
    return np.asarray(active, bool).reshape(grid.shape)
