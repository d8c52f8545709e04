"""The layout of geoh5 files: a workspace with one object and its data, as Geoscience ANALYST opens them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.formats.atomic import whole_file

__all__ = ["MISSING", "NO_INTEGER", "DataOfObject", "Geoh5Object", "crs_metadata", "write_geoh5"]

MISSING = 1.17549435e-38
"""Value of a Float that stands for none: the least normal number of 32 bits, in the digits that geoh5py compares."""

NO_INTEGER = -(2**31)
"""Value of an Integer that stands for none."""

_VERSION = 2.1  # of the layout
_WORKSPACE = "{dd99b610-be92-48c0-873c-5b5946ea2840}"
_POINT = np.dtype([("x", "<f8"), ("y", "<f8"), ("z", "<f8")])
_AUTHORITY = re.compile(r"[A-Za-z]+:\d+")
_OF_WKT = re.compile(r"(?:ID|AUTHORITY)\[\s*\"([A-Za-z]+)\"\s*,\s*\"?(\d+)\"?\s*\]\s*\]\s*$")
_NAME_OF_WKT = re.compile(r"\w+\[\s*\"([^\"]*)\"")


@dataclass(frozen=True)
class DataOfObject:
    """Values of an object: one a vertex or one a cell.

    Parameters
    ----------
    name : str
        As the project tree shows it.
    values : (n,) array
        Numbers (NaN where there is none), whole numbers (texts beyond 32 bits), texts, or times, which become texts
        of ISO 8601.
    unit : str
        Of the values; empty where they have none.
    """

    name: str
    values: npt.NDArray[Any]
    unit: str = ""


@dataclass(frozen=True)
class Geoh5Object:
    """An object of a workspace, with its data.

    Parameters
    ----------
    name : str
        As the project tree shows it.
    type_id, type_name : str
        Which object it is: "{202c5db1-a56d-4004-9cad-baafd8899406}", "Points".
    association : str
        What data are of: "Vertex" or "Cell".
    attributes : mapping
        Numbers and (x, y, z) places.
    datasets : mapping of str to array
        Its geometry.
    data : sequence of DataOfObject
        Its values.
    metadata : mapping
        Anything that JSON holds.
    """

    name: str
    type_id: str
    type_name: str
    association: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    datasets: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    data: Sequence[DataOfObject] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


def crs_metadata(crs: str | None) -> dict[str, Any]:
    """Metadata of an object that tell its coordinate system; empty where there is none.

    Examples
    --------
    >>> crs_metadata("EPSG:32718")["Coordinate Reference System"]["Current"]
    {'Code': 'EPSG:32718', 'Name': 'EPSG:32718'}
    """
    if crs is None:
        return {}
    found, named = _OF_WKT.search(crs), _NAME_OF_WKT.match(crs)
    code = f"{found[1]}:{found[2]}" if found else crs if _AUTHORITY.fullmatch(crs) else "Unknown"
    current = {"Code": code, "Name": named[1] if found and named else crs}
    return {
        "Coordinate Reference System": {"Current": current, "Previous": {"Code": "Unknown", "Name": "Unknown"}},
    }


def write_geoh5(path: str | Path, one: Geoh5Object) -> None:
    """Write a workspace with one object, whole or not at all.

    Floats have 64 bits, as geoh5py writes them; the specification names 32, to which HDF5 converts for who asks.

    Raises
    ------
    InputError
        If h5py is not installed, a text holds a null character, or the file cannot be written.

    Notes
    -----
    The specification is part of the documentation of geoh5py (Mira Geoscience, "geoh5 file format").
    """
    try:
        import h5py
    except ModuleNotFoundError as error:
        raise InputError(
            f"{path} expects {error.name}, which is not installed; run: pip install 'geoinv[geoh5]', or write .nc"
        ) from None
    content = BytesIO()
    try:
        with h5py.File(content, "w") as file:
            _fill(file.create_group("GEOSCIENCE"), one)
    except ValueError as error:  # HDF5 has no null characters in texts
        raise InputError(f"{path} expects texts that HDF5 can hold ({error}); correct the columns of texts") from None
    with whole_file(path) as partial:
        partial.write_bytes(content.getbuffer())


def _fill(top: Any, one: Geoh5Object) -> None:
    top.attrs.update({"Version": _VERSION, "Distance unit": "meter", "GA Version": "1"})
    top.attrs["Contributors"] = np.array(["geoinv"], _text())
    for name in ("Data", "Groups", "Objects"):
        top.create_group(name)
    types = {kind: top.create_group(f"Types/{kind} types") for kind in ("Data", "Group", "Object")}
    root = _entity(top["Groups"], "Workspace", deletable=False)
    for name in ("Data", "Groups", "Objects"):
        root.create_group(name)
    root["Type"] = _type(
        types["Group"], _WORKSPACE, "Workspace", _flags({"Allow delete contents": True, "Allow move contents": True})
    )
    top["Root"] = root
    entity = _entity(top["Objects"], one.name)
    root["Objects"][entity.attrs["ID"]] = entity
    entity["Type"] = _type(types["Object"], one.type_id, one.type_name, {})
    for name, value in one.attributes.items():
        entity.attrs[name] = np.array(tuple(value), _POINT) if isinstance(value, tuple) else value
    for name, values in one.datasets.items():
        entity.create_dataset(name, data=values, compression="gzip", compression_opts=5)
    if one.metadata:
        entity["Metadata"] = np.array([json.dumps(one.metadata, indent=4)], _text())
    entity.create_group("Data")
    for data in one.data:
        values = _entity(top["Data"], data.name, visible=False)
        entity["Data"][values.attrs["ID"]] = values
        values.attrs["Association"] = one.association
        primitive, stored = _stored(data.values)
        values.create_dataset("Data", data=stored, compression="gzip", compression_opts=5)
        told = {"Primitive type": primitive, **_flags({"Hidden": False, "Transparent no data": True})}
        if data.unit:
            told["Units"] = data.unit
        values["Type"] = _type(types["Data"], _new_id(), data.name, told)


def _new_id() -> str:
    return f"{{{uuid4()}}}"


def _text() -> Any:
    """Texts of any length in UTF-8."""
    import h5py

    return h5py.string_dtype("utf-8")


def _flags(values: Mapping[str, bool]) -> dict[str, Any]:
    return {name: np.int8(value) for name, value in values.items()}


def _entity(place: Any, name: str, visible: bool = True, deletable: bool = True) -> Any:
    """Group of a group, an object or data, under a new identifier."""
    entity = place.create_group(_new_id())
    flags = {f"Allow {action}": deletable for action in ("delete", "move", "rename")}
    entity.attrs.update({"ID": entity.name.rpartition("/")[2], "Name": name})
    entity.attrs.update(_flags({**flags, "Partially hidden": False, "Public": True, "Visible": visible}))
    return entity


def _type(place: Any, identifier: str, name: str, more: Mapping[str, Any]) -> Any:
    """Group of a type, which entities link to."""
    made = place.create_group(identifier)
    made.attrs.update({"ID": identifier, "Name": name, "Description": name, **more})
    return made


def _stored(values: npt.NDArray[np.generic]) -> tuple[str, npt.NDArray[Any]]:
    """Primitive type of values, and themselves as it stores them."""
    kind = values.dtype.kind
    if kind == "f":
        return "Float", np.where(np.isnan(values), MISSING, values).astype("<f8")
    if kind in "biu" and (values.size == 0 or (values.min() > NO_INTEGER and values.max() < 2**31)):
        return "Integer", values.astype("<i4")
    if kind == "M":
        texts = ["" if missing else str(value) for value, missing in zip(values, np.isnat(values), strict=True)]
    else:
        texts = [str(value) for value in values.tolist()]
    return "Text", np.array(texts, _text())
