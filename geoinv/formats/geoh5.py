"""geoh5 files for Geoscience ANALYST: surveys, meshes and models, written, not read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import QUANTITIES
from geoinv.formats.base import Format, Head, Writer
from geoinv.formats.geoh5_file import DataOfObject, Geoh5Object, crs_metadata, write_geoh5
from geoinv.formats.model_parts import model_parts
from geoinv.formats.ubc_order import ubc_order
from geoinv.meshes.base import AXES, Mesh
from geoinv.meshes.octree import OctreeGrid
from geoinv.surveys.station_columns import COLUMN_ATTRIBUTES
from geoinv.surveys.survey import Survey

__all__ = ["FORMAT", "write_geoh5_mesh", "write_geoh5_model", "write_geoh5_survey"]

_SUFFIX = ".geoh5"
_HDF5 = b"\x89HDF\r\n\x1a\n"
_POINTS = "{202c5db1-a56d-4004-9cad-baafd8899406}"
_BLOCK_MODEL = "{b020a277-90e2-4cd7-84d6-612ee3f25051}"
_OCTREE = "{4ea87376-3ece-438b-bf12-3479733ded46}"
_OCTREE_CELL = np.dtype([("I", "<i4"), ("J", "<i4"), ("K", "<i4"), ("NCells", "<i4")])
_VERTEX = np.dtype([("x", "<f8"), ("y", "<f8"), ("z", "<f8")])


def write_geoh5_survey(path: str | Path, survey: Survey) -> None:
    """Write a survey as Points: the data of each component, their standard deviations, and the survey's columns.

    The inducing field and the direction of TMI stand in the metadata of the Points, and so does the coordinate system.

    Raises
    ------
    InputError
        If h5py is not installed, or the file cannot be written.
    """
    vertices = np.empty(survey.stations, _VERTEX)
    vertices["x"], vertices["y"], vertices["z"] = survey.easting, survey.northing, survey.upward
    data = []
    for values, suffix in ((survey.data, ""), (survey.uncertainty, "_uncertainty")):
        for name, row in zip(survey.components, () if values is None else values, strict=values is not None):
            data.append(DataOfObject(f"{name}{suffix}", row, QUANTITIES[name].unit))
    for name, column in survey.columns.items():
        data.append(DataOfObject(name, column, COLUMN_ATTRIBUTES.get(name, {}).get("units", "")))
    metadata = crs_metadata(survey.crs)
    if survey.field is not None:
        field = survey.field
        metadata["Inducing field"] = {
            "Inclination (degrees)": field.inclination,
            "Declination (degrees)": field.declination,
            "Intensity (nT)": field.intensity,
            "Direction of TMI (inclination, declination)": list(survey.anomaly_direction or ()),
        }
    points = Geoh5Object(
        Path(path).stem, _POINTS, "Points", "Vertex", datasets={"Vertices": vertices}, data=data, metadata=metadata
    )
    write_geoh5(path, points)


def write_geoh5_mesh(path: str | Path, mesh: Mesh) -> None:
    """Write a mesh as a Block model or an Octree, with which cells are ``active`` (1) as its data.

    Raises
    ------
    InputError
        If h5py is not installed, or the file cannot be written.
    """
    _write_on_mesh(path, mesh, [("active", np.asarray(mesh.active).astype(np.int32), "")])


def write_geoh5_model(path: str | Path, mesh: Mesh, model: npt.ArrayLike, name: str = "susceptibility") -> None:
    """Write a model as data of a Block model or an Octree; a magnetization as three data, easting, northing, upward.

    Cells that are not active have no value.

    Raises
    ------
    InputError
        If h5py is not installed, the model does not have the shape of the mesh, or the file cannot be written.
    """
    unit = QUANTITIES[name].unit if name in QUANTITIES else ""
    _write_on_mesh(path, mesh, [(one, part, unit) for one, part in model_parts(path, mesh, model, name)])


def _write_on_mesh(path: str | Path, mesh: Mesh, models: Sequence[tuple[str, npt.NDArray[Any], str]]) -> None:
    order = _order(mesh)
    data = [DataOfObject(name, values.ravel()[order], unit) for name, values, unit in models]
    write = _octree if isinstance(mesh, OctreeGrid) else _block_model
    write_geoh5(path, write(Path(path).stem, mesh, data))


def _order(mesh: Mesh) -> npt.NDArray[np.intp]:
    """Number of each cell in a raveled model, in the order of geoh5: of block models upward fastest, then easting."""
    if isinstance(mesh, OctreeGrid):
        return ubc_order(mesh)
    return np.arange(mesh.size).reshape(mesh.shape).transpose(1, 2, 0).ravel()


def _block_model(name: str, mesh: Any, data: Sequence[DataOfObject]) -> Geoh5Object:
    """Edges of the cells counted from the lower south-west corner."""
    edges = {axis: mesh.edges(axis) for axis in reversed(AXES)}
    origin = tuple(float(along[0]) for along in edges.values())
    delimiters = {
        f"{letter} cell delimiters": along - along[0] for letter, along in zip("UVZ", edges.values(), strict=True)
    }
    return Geoh5Object(
        name,
        _BLOCK_MODEL,
        "Block model",
        "Cell",
        {"Origin": origin, "Rotation": 0.0},
        delimiters,
        data,
        crs_metadata(mesh.crs),
    )


def _octree(name: str, mesh: Any, data: Sequence[DataOfObject]) -> Geoh5Object:
    """Cells counted from the upper south-west corner, downward, as the programs write them that ANALYST works with."""
    order = ubc_order(mesh)
    cells = np.empty(mesh.size, _OCTREE_CELL)
    down = mesh.counts[0] - mesh.corner[:, 0] - mesh.width
    parts = (mesh.corner[:, 2], mesh.corner[:, 1], down, mesh.width)
    for part, values in zip(_OCTREE_CELL.names or (), parts, strict=True):
        cells[part] = values[order]
    attributes: dict[str, Any] = {
        "Origin": (mesh.origin[2], mesh.origin[1], mesh.bounds["upward"][1]),
        "Rotation": 0.0,
    }
    signs = (1.0, 1.0, -1.0)
    for letter, count, size, sign in zip("UVW", reversed(mesh.counts), reversed(mesh.spacing), signs, strict=True):
        attributes |= {f"N{letter}": np.int32(count), f"{letter} Cell Size": sign * size}
    return Geoh5Object(
        name, _OCTREE, "Octree", "Cell", attributes, {"Octree Cells": cells}, data, crs_metadata(mesh.crs)
    )


def _recognises(head: Head) -> bool:
    """HDF5 of the name that Geoscience ANALYST gives; others of HDF5 are looked into as netCDF."""
    return head.path.suffix.lower() == _SUFFIX and head.start.startswith(_HDF5)


FORMAT = Format(
    name="geoh5 of Geoscience ANALYST",
    recognises=_recognises,
    describe=lambda path, options: ["written, not read: open it in Geoscience ANALYST, or with geoh5py"],
    writers=(
        Writer("survey", (_SUFFIX,), write_geoh5_survey, columns=True, crs=True),
        Writer("mesh", (_SUFFIX,), write_geoh5_mesh),
        Writer("model", (_SUFFIX,), write_geoh5_model),
    ),
)
