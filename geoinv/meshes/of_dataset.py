"""The mesh of a Dataset, of whatever kind, and the models on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoinv.conventions.variables import Numbers, numbers
from geoinv.core.checks import InputError
from geoinv.meshes.base import AXES, Mesh
from geoinv.meshes.octree import OctreeGrid
from geoinv.meshes.tensor import Grid

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["mesh_dims", "mesh_of", "model_values"]


def mesh_dims(data: xr.Dataset | xr.DataArray) -> tuple[str, ...] | None:
    """Dimensions of the models in a Dataset: those of a tensor mesh or an octree, or None where there is no mesh."""
    known = set(map(str, data.coords)) | set(map(str, getattr(data, "data_vars", ())))
    if "cell" in data.dims and "octree" in known:
        return ("cell",)
    return AXES if set(AXES) <= set(map(str, data.dims)) else None


def mesh_of(data: xr.Dataset | xr.DataArray) -> Mesh:
    """Mesh of a Dataset or DataArray, as its `to_xarray` makes it.

    Raises
    ------
    InputError
        If the mesh is not there or not whole, see :meth:`geoinv.Grid.from_xarray`.
    """
    return OctreeGrid.from_xarray(data) if mesh_dims(data) == ("cell",) else Grid.from_xarray(data)


def model_values(data: xr.Dataset, variable: xr.DataArray, dimension: str | None = None) -> Numbers:
    """Numbers of a variable in the cells of the mesh of a Dataset, in the mesh's own order.

    Raises
    ------
    InputError
        If the variable has other dimensions, or units of another dimension than the one that is asked for.
    """
    from geoinv.conventions import cf

    if mesh_dims(data) != ("cell",):
        return cf.cell_values(data, variable, dimension)
    if tuple(map(str, variable.dims)) != ("cell",):
        over = ", ".join(map(str, variable.dims)) or "no dimension"
        raise InputError(f"expected {variable.name} over (cell), got it over ({over}); write it on the mesh")
    return numbers(variable, dimension)
