"""Levels and sections of a model as numbers: a CSV table of their cells, and a level as a GeoTIFF."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.formats.atomic import whole_file
from geoinv.view.profile import profile_of
from geoinv.view.sections import cut_for, ends_of, request_of
from geoinv.view.style import check_suffix
from geoinv.view.subject import Model, Subject, subject_of
from geoinv.view.window import Window, window_of
from geoinv.view.wording import spaced

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["SUFFIXES", "level_grid", "slice_rows", "write_slices"]

SUFFIXES = (".csv", ".tif", ".tiff")

Array = npt.NDArray[np.float64]
Point = tuple[float, float]
Row = tuple[str, float, float, float, float | str, float]

_MOST_PIXELS = 25_000_000


def write_slices(
    source: xr.Dataset | str | Path,
    out: str | Path,
    *,
    section: str | None = None,
    padding: bool = False,
    part: str | None = None,
) -> str:
    """Write the slices that :func:`geoinv.view.view` draws.

    Parameters
    ----------
    source : xarray.Dataset, str or Path
        A solution or a model, or its file.
    out : str or Path
        ``.csv`` for the cells of the level and of all sections, ``.tif`` for the level.
    section, padding, part
        As :func:`geoinv.view.view` takes them.

    Returns
    -------
    str
        What was written.

    Raises
    ------
    InputError
        If there is no model, a section lies outside the mesh, the suffix is another, or the file cannot be written.
    """
    check_suffix(out, SUFFIXES, "slices")
    subject = subject_of(source, part=part)
    model = subject.model
    if model is None:
        raise InputError("slices expect a model to cut, got data alone; give a solution or a model")
    window = window_of(subject, padding)
    if Path(out).suffix.lower() == ".csv":
        count = 0
        with whole_file(out) as partial, partial.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["slice", "easting_m", "northing_m", "upward_m", "distance_m", model.label])
            for row in slice_rows(subject, model, window, section):
                writer.writerow([row[0], *(f"{value:.10g}" if value != "" else "" for value in row[1:])])
                count += 1
        return f"Wrote {out}: {spaced(count)} cells of slices."
    from geoinv.formats.geotiff import write_geotiff

    data, elevation = level_grid(subject, model, window, section)
    write_geotiff(out, data)
    return f"Wrote {out}: the level at elevation {spaced(elevation)} m."


def slice_rows(subject: Subject, model: Model, window: Window, section: str | None) -> Iterator[Row]:
    """Cells with a value: slice, easting, northing, upward, distance along a section, value."""
    request = request_of(section)
    grid, cut, ends = model.grid, cut_for(request, subject, model, window), ends_of(request, subject)
    up, north, east = (np.arange(part.start, part.stop) for part in window.cells(grid))
    level, row, column = (np.array([index]) for index in (cut.upward, cut.northing, cut.easting))
    slices = (
        (f"elevation {grid.upward[cut.upward]:.10g}", np.ix_(level, north, east), None),
        (f"northing {grid.northing[cut.northing]:.10g}", np.ix_(up, row, east), "easting"),
        (f"easting {grid.easting[cut.easting]:.10g}", np.ix_(up, north, column), "northing"),
    )
    for name, cells, along in slices:
        places = np.broadcast_arrays(grid.easting[cells[2]], grid.northing[cells[1]], grid.upward[cells[0]])
        values = model.values[cells]
        first = None if along is None else float(getattr(grid, along)[cells[2 if along == "easting" else 1].ravel()[0]])
        for easting, northing, upward, value in zip(*(part.ravel() for part in (*places, values)), strict=True):
            if np.isfinite(value):
                distance = "" if first is None else float((easting if along == "easting" else northing) - first)
                yield name, float(easting), float(northing), float(upward), distance, float(value)
    if ends is not None:
        yield from _along(model, ends, up)


def _along(
    model: Model, ends: tuple[tuple[float, float], tuple[float, float]], up: npt.NDArray[np.intp]
) -> Iterator[Row]:
    """Cells below a line, at the middle of each piece of it."""
    profile, (start, finish) = profile_of(model, ends), np.asarray(ends)
    middle = 0.5 * (profile.distance[1:] + profile.distance[:-1])
    places = start + np.outer(middle / profile.distance[-1], finish - start)
    for level in up:
        for distance, place, value in zip(middle, places, profile.values[level], strict=True):
            if np.isfinite(value):
                height = float(model.grid.upward[level])
                yield "line", float(place[0]), float(place[1]), height, float(distance), float(value)


def level_grid(subject: Subject, model: Model, window: Window, section: str | None) -> tuple[xr.Dataset, float]:
    """Level on equal nodes as near as the narrowest cells, each with the value of its cell; and its elevation.

    Raises
    ------
    InputError
        If the nodes are too many.
    """
    import xarray as xr

    from geoinv.conventions.cf import with_crs

    grid, cut = model.grid, cut_for(request_of(section), subject, model, window)
    nodes, index = {}, {}
    for axis, cells in zip(("northing", "easting"), window.cells(grid)[1:], strict=True):
        edges = grid.edges(axis)[cells.start : cells.stop + 1]
        step = float(np.diff(edges).min())
        count = round(float(edges[-1] - edges[0]) / step)
        nodes[axis] = edges[0] + step * (np.arange(count) + 0.5)
        index[axis] = cells.start + np.clip(np.searchsorted(edges, nodes[axis], side="right") - 1, 0, edges.size - 2)
    if nodes["northing"].size * nodes["easting"].size > _MOST_PIXELS:
        raise InputError(f"a GeoTIFF expects at most {_MOST_PIXELS:,} nodes, got more; leave the padding out")
    values = model.values[cut.upward][np.ix_(index["northing"], index["easting"])]
    elevation = float(grid.upward[cut.upward])
    about = {"units": model.units, "long_name": f"{model.name} at elevation {elevation:.10g} m"}
    name = "".join(letter if letter.isalnum() else "_" for letter in model.name)
    data = xr.Dataset({name: (("northing", "easting"), values, about)}, coords=nodes)
    return with_crs(data, grid.crs), elevation
