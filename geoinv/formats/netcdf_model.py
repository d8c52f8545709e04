"""netCDF meshes and models on them, solutions included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import MODELS, QUANTITIES
from geoinv.conventions.units import unit_of
from geoinv.conventions.variables import numbers, text_attribute
from geoinv.core.checks import InputError
from geoinv.formats.base import Format, Head, SurveyOptions, Writer
from geoinv.formats.netcdf_content import content_of, model_names, say_taken
from geoinv.formats.netcdf_file import open_netcdf, write_netcdf
from geoinv.meshes.base import AXES, Mesh
from geoinv.meshes.of_dataset import mesh_of, model_values
from geoinv.meshes.summary import mesh_lines, range_line
from geoinv.surveys.possible_values import refuse_impossible

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["MESH", "MODEL", "SOLUTION", "read_netcdf_mesh", "read_netcdf_model", "same_cells", "write_netcdf_model"]

_SAME_CELL = 1e-3  # share of the smallest cell by which edges printed with few digits may differ

_PARTS = ("easting", "northing", "upward")


def read_netcdf_mesh(path: str | Path) -> Mesh:
    """Mesh of a Dataset over (upward, northing, easting), or over (cell) with an octree.

    Cells are active where ``active`` says so, else where a model (if there is one) is not NaN.
    """
    with open_netcdf(path) as data:
        mesh = mesh_of(data)
        there = [axis for axis in reversed(AXES) if axis in data.variables]
        say_taken({axis: numbers(data[axis], "length", height=axis == "upward") for axis in there})
        if "active" not in data.variables and model_names(data):
            known = [np.isfinite(model_values(data, data[name]).values) for name in model_names(data)]
            mesh = mesh.with_active(np.any(known, axis=0))
        return mesh


def read_netcdf_model(path: str | Path, mesh: Mesh, quantity: str = "susceptibility") -> npt.NDArray[np.float64]:
    """Model of a Dataset over the cells of a mesh: the quantity, or the only variable.

    Parameters
    ----------
    path : str or Path
        netCDF file.
    mesh : Grid or OctreeGrid
        The mesh that the model shall be on.
    quantity : str, optional
        "susceptibility" (SI), "density" (kg/m3), or "magnetization" (A/m), of three variables.

    Returns
    -------
    array of the shape of the mesh, or (3, ...) of it for a magnetization
        NaN in inactive cells.

    Raises
    ------
    InputError
        If the file is on other cells, holds several models and none of the quantity, or one in units of another.
    """
    with open_netcdf(path) as data:
        own = mesh_of(data)
        if not same_cells(own, mesh):
            raise InputError(f"expected a model on the mesh ({mesh}), got one on {own}; give the mesh it was made on")
        names = model_names(data)
        if quantity == "magnetization":
            wanted = [f"magnetization_{part}" for part in _PARTS]
            lacking = [name for name in wanted if name not in names]
            if lacking:
                raise InputError(
                    f"expected the variables {', '.join(wanted)}, got {', '.join(names)}; give a model of magnetization"
                )
            return np.stack([_values(data, name, "magnetization") for name in wanted])
        return _values(data, _variable(data, names, quantity), quantity)


def _variable(data: xr.Dataset, names: list[str], quantity: str) -> str:
    """Name of the variable that holds a quantity: its own, or that of the only model."""
    from geoinv.conventions import cf

    if quantity in names:
        return quantity
    known = {name: QUANTITIES[name] for name in names if name in MODELS}
    if len(names) != 1 and known:
        raise InputError(f"expected a model of {quantity}, got one of {', '.join(known)}; give another file")
    if len(names) != 1:
        raise InputError(f"expected the variable {quantity}, got {', '.join(names)}; keep one model in the file")
    if names[0] in known or cf.dimension_of(names[0]) not in (None, quantity):
        raise InputError(f"expected a model of {quantity}, got one of {names[0]}; give another file")
    return names[0]


def _values(data: xr.Dataset, name: str, dimension: str) -> npt.NDArray[np.float64]:
    found = model_values(data, data[name], dimension)
    say_taken({name: found})
    refuse_impossible(name, found.values, dimension)
    return found.values


def _quantity(path: str | Path) -> str:
    """What the model of a file is of: by the names of its variables, or the units of the only one; "" for several."""
    with open_netcdf(path) as data:
        names = model_names(data)
        first = {"susceptibility": "susceptibility", "density": "density", "magnetization": "magnetization_easting"}
        known = [quantity for quantity, name in first.items() if name in names]
        if known:
            return known[0] if len(known) == 1 else ""
        unit = unit_of(text_attribute(data[names[0]], "units")) if len(names) == 1 else None
        return "density" if unit is not None and unit.dimension == "density" else ""


def same_cells(one: Mesh, other: Mesh) -> bool:
    """Tell whether two meshes have the same cells in the same order, as far as files of six decimals can say."""
    if one.shape != other.shape:
        return False
    smallest = [_SAME_CELL * other.smallest_width(axis) for axis in reversed(AXES)]
    ends = [np.abs(np.subtract(one.bounds[axis], other.bounds[axis])).max() for axis in reversed(AXES)]
    middles = [np.abs(a - b).max() for a, b in zip(one.centres, other.centres, strict=True)]
    return all(max(end, middle) <= limit for end, middle, limit in zip(ends, middles, smallest, strict=True))


def _write_mesh(path: str | Path, mesh: Mesh) -> None:
    write_netcdf(path, mesh.to_xarray())


def write_netcdf_model(path: str | Path, mesh: Mesh, model: npt.ArrayLike, name: str = "susceptibility") -> None:
    """Write a model, or the three components of a magnetization, with its mesh and CF attributes."""
    if name == "magnetization":
        parts = np.asarray(model)
        if parts.shape != (3, *mesh.shape):
            raise InputError(
                f"{path} expects a magnetization of shape {(3, *mesh.shape)} (component, {', '.join(mesh.dims)}), got "
                f"{parts.shape}; stack easting, northing and upward"
            )
        models = {f"magnetization_{part}": values for part, values in zip(_PARTS, parts, strict=True)}
        write_netcdf(path, mesh.to_xarray(**models))
    else:
        write_netcdf(path, mesh.to_xarray(**{name: model}))


def _lines(path: str | Path, options: SurveyOptions) -> list[str]:
    """Lines about the mesh, the models on it and the data beside them."""
    lines = mesh_lines(read_netcdf_mesh(path))
    with open_netcdf(path) as data:
        stations = [name for name in map(str, data.data_vars) if data[name].dims == ("station",)]
        for name in (*model_names(data), *(name for name in stations if not name.startswith("station_"))):
            units = text_attribute(data[name], "units")
            lines.append(range_line(name, numbers(data[name]).values, "" if units == "1" else units))
        lines += [f"{name}: {data.attrs[name]}" for name in ("chi2_per_datum", "status") if name in data.attrs]
    return lines


def _holds(content: str) -> Callable[[Head], bool]:
    return lambda head: head.is_netcdf and head.of_dataset(content_of) == content


_READERS: Mapping[str, Callable[..., Any]] = {"mesh": read_netcdf_mesh, "model": read_netcdf_model}

MESH = Format(
    name="netCDF mesh",
    recognises=_holds("mesh"),
    readers={"mesh": read_netcdf_mesh},
    writers=(Writer("mesh", (".nc", ".zarr"), _write_mesh),),
    dataset=open_netcdf,
)

MODEL = Format(
    name="netCDF model",
    recognises=_holds("model"),
    readers=_READERS,
    writers=(Writer("model", (".nc", ".zarr"), write_netcdf_model),),
    quantity=_quantity,
    describe=_lines,
    dataset=open_netcdf,
)

SOLUTION = Format(
    name="geoinv solution",
    recognises=_holds("solution"),
    readers=_READERS,
    quantity=_quantity,
    describe=_lines,
    dataset=open_netcdf,
)
