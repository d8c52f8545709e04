"""What a page holds: cells, models, data, ground, drill holes, and where all of it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.meshes.octree import OctreeGrid
from geoinv.meshes.octree_as_tensor import as_tensor
from geoinv.meshes.of_dataset import mesh_of
from geoinv.view.caption import crs_named
from geoinv.view.fields import Field, fields_of
from geoinv.view.maps import triangles_between
from geoinv.view.page_cells import cells_of
from geoinv.view.sides import sides_told
from geoinv.view.slices import cut_of, limits_of
from geoinv.view.subject import Channel, Subject
from geoinv.view.window import Window, window_of
from geoinv.view.wording import plain_text

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["MOST_NUMBERS", "PageContent", "content_of_page"]

Array = npt.NDArray[np.float64]

MOST_NUMBERS = 40_000_000
"""Values of all models, and of all data, that a page may hold: 160 MB."""

_MOST_STATIONS = 500_000
_START = 0.4  # of the largest value: where the threshold stands at first
_SHARE = 99.0  # percent of the residuals that lie within the colours
_TOLD = (
    ("title", "title"),
    ("status", "how it ended"),
    ("chi2_per_datum", "chi^2/N"),
    ("noise", "standard deviations"),
    ("history", "command"),
    ("inputs", "input files and their SHA-256"),
    ("created", "made"),
    ("source", "by"),
    ("settings", "settings"),
)
_LONGEST = 2000  # characters of an attribute


class PageContent(NamedTuple):
    """What a page is made of: a header that goes into JSON, and arrays of single precision by name."""

    header: dict[str, Any]
    arrays: dict[str, npt.NDArray[Any]]


def content_of_page(subject: Subject, data: xr.Dataset | None, named: str) -> PageContent:
    """Gather what a page shows.

    Parameters
    ----------
    subject : Subject
        Stations and data, and the model that slices begin at.
    data : xarray.Dataset, optional
        Models and attributes; none for a survey.
    named : str
        Name of the file.

    Raises
    ------
    InputError
        If there is more than a page can hold.
    """
    window = window_of(subject)
    limits = {axis: getattr(window, axis) for axis in ("easting", "northing", "upward")}
    if subject.model is None and subject.stations.size:
        limits["upward"] = (float(subject.stations[2].min()), float(subject.stations[2].max()))
    centre = [float(np.round(0.5 * sum(limits[axis]))) for axis in limits]
    arrays: dict[str, npt.NDArray[Any]] = {}
    header: dict[str, Any] = {
        "title": subject.title,
        "centre": centre,
        "window": {axis: [end - shift for end in limits[axis]] for axis, shift in zip(limits, centre, strict=True)},
        "fields": [],
        "channels": [],
        "provenance": _provenance(data, named),
    }
    doubt = "" if subject.model is None else sides_told(subject.model)
    if doubt:
        header["provenance"].append(("to doubt", f"{doubt}."))
    if subject.model is not None and data is not None:
        _add_cells(header, arrays, subject, data, window)
    if subject.stations.size:
        _add_stations(header, arrays, subject)
    return PageContent(header, arrays)


def _add_cells(
    header: dict[str, Any], arrays: dict[str, npt.NDArray[Any]], subject: Subject, data: xr.Dataset, window: Window
) -> None:
    """Put cells, models, ground and holes into a page."""
    model, centre = subject.model, header["centre"]
    assert model is not None, "cells are those of a model"
    mesh = mesh_of(data)
    cells = cells_of(mesh)
    fields = fields_of(data, mesh)
    if len(fields) * len(cells.level) > MOST_NUMBERS:
        raise InputError(
            f"a page expects at most {MOST_NUMBERS:,} values, got {len(fields)} models of {len(cells.level):,} cells; "
            "keep the models that it is about"
        )
    for axis, edges, shift in zip(("easting", "northing", "upward"), cells.edges, centre, strict=True):
        arrays[f"edges_{axis}"] = edges - shift
    arrays |= {"corner": cells.corner, "level": cells.level, "beside": cells.beside}
    for number, field in enumerate(fields):
        arrays[f"field_{number}"] = field.values[cells.active].astype(np.float32)
        header["fields"].append({"number": number, **_field(field, mesh, window, model.grid)})
    cut = cut_of(model, window, subject.stations)
    header["cut"] = [
        float(getattr(model.grid, axis)[getattr(cut, axis)] - shift)
        for axis, shift in zip(("easting", "northing", "upward"), centre, strict=True)
    ]
    rows, columns = (
        np.flatnonzero((centres >= low) & (centres <= high))
        for centres, (low, high) in ((model.grid.northing, window.northing), (model.grid.easting, window.easting))
    )
    present = np.isfinite(model.values[:, rows][:, :, columns])
    top = model.grid.upward_edges[present.shape[0] - np.argmax(present[::-1], axis=0)]
    arrays["ground"] = np.where(present.any(axis=0), top - centre[2], np.nan).astype(np.float32)
    arrays["ground_easting"] = (model.grid.easting[columns] - centre[0]).astype(np.float32)
    arrays["ground_northing"] = (model.grid.northing[rows] - centre[1]).astype(np.float32)
    holes = () if model.known is None else model.known.holes
    pieces = [np.concatenate([points[:-1], points[1:]], axis=1) for points in holes if len(points) > 1]
    if pieces:
        arrays["holes"] = (np.concatenate(pieces) - np.tile(centre, 2)).astype(np.float32)


def _field(field: Field, mesh: Any, window: Window, grid: Any) -> dict[str, Any]:
    """Name, units, colours and first threshold of a model."""
    values = as_tensor(mesh, field.values)[1] if isinstance(mesh, OctreeGrid) else field.values
    inside = values[window.cells(grid)]
    low, high = limits_of(inside if np.isfinite(inside).any() else values)
    signed = low < 0.0 and low == -high
    start = _START if field.ceiling is None else float(np.clip((field.ceiling - low) / (high - low), 0.0, 1.0))
    return {
        "name": field.name,
        "units": field.units,
        "low": low,
        "high": high,
        "signed": signed,
        "colours": "RdBu_r" if signed else "magma_r",
        "sense": "above" if field.ceiling is None else "below",
        "start": start,
    }


def _add_stations(header: dict[str, Any], arrays: dict[str, npt.NDArray[Any]], subject: Subject) -> None:
    """Put stations and data into a page."""
    count = subject.stations.shape[1]
    shown = [one for channel in subject.channels for one in _pictures(channel)]
    if count > _MOST_STATIONS or count * len(shown) > MOST_NUMBERS:
        raise InputError(f"a page expects at most {_MOST_STATIONS:,} stations, got {count:,}; take every second one")
    arrays["stations"] = (subject.stations.T - header["centre"]).astype(np.float32)
    triangles = triangles_between(subject.stations)
    if triangles is not None:
        arrays["triangles"] = triangles.astype(np.int32)
    for number, (about, values) in enumerate(shown):
        arrays[f"data_{number}"] = values.astype(np.float32)
        header["channels"].append({"array": f"data_{number}", **about})
    if subject.lines is not None:
        known, place = np.unique(subject.lines, return_inverse=True)
        arrays["line"] = place.astype(np.int32)
        header["lines"] = {"names": [plain_text(name) for name in known]}


def _pictures(channel: Channel) -> list[tuple[dict[str, Any], Array]]:
    """Observed, predicted and residual data of a component, with their limits."""
    name, units = channel.short, channel.units
    parts = [part for part in (channel.observed, channel.predicted) if part is not None]
    low, high = min(float(np.nanmin(part)) for part in parts), max(float(np.nanmax(part)) for part in parts)
    shared = {"units": units, "low": low, "high": high if high > low else low + 1.0, "colours": "viridis"}
    if channel.predicted is None:
        return [({"name": name, **shared}, channel.observed)]
    found = [
        ({"name": f"observed {name}", **shared}, channel.observed),
        ({"name": f"predicted {name}", **shared}, channel.predicted),
    ]
    residual = channel.observed - channel.predicted
    differences = [(f"observed \N{MINUS SIGN} predicted {name}", units, residual)]
    if channel.uncertainty is not None:
        differences.append((f"residual of {name} / standard deviation", "", residual / channel.uncertainty))
    for title, unit, values in differences:
        limit = float(np.nanpercentile(np.abs(values), _SHARE)) or 1.0
        found.append(({"name": title, "units": unit, "low": -limit, "high": limit, "colours": "RdBu_r"}, values))
    return found


def _provenance(data: xr.Dataset | None, named: str) -> list[tuple[str, str]]:
    """Where a page comes from: names and texts, cleaned of what a page cannot show."""
    found = [("file", plain_text(named, _LONGEST))]
    if data is None:
        return found
    attributes: Mapping[Any, Any] = data.attrs
    found.append(("coordinate system", crs_named(data) or "not stated"))
    found += [(word, plain_text(attributes[key], _LONGEST)) for key, word in _TOLD if key in attributes]
    if {"field_inclination", "field_declination", "field_intensity"} <= set(attributes):
        values = [plain_text(attributes[f"field_{part}"]) for part in ("inclination", "declination", "intensity")]
        found.append(("main field", "inclination {}°, declination {}°, {} nT".format(*values)))
    return found
