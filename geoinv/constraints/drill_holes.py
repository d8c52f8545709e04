"""The drill holes of three tables: their paths, and what was measured along them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.constraints.desurvey import HolePath, direction_of
from geoinv.constraints.hole_tables import HoleTable, read_hole_table
from geoinv.conventions.nulls import nulls_in
from geoinv.conventions.quantities import QUANTITIES
from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.notes import doubt, note
from geoinv.surveys.survey import FARTHEST

__all__ = ["Hole", "Intervals", "read_holes", "read_intervals"]

Array = npt.NDArray[np.float64]

LONGEST = 20_000.0
"""Metres: the deepest hole on Earth has 12,262."""

ROUNDED = 0.01
"""Metres by which an interval may reach below the end of its hole, as tables round."""

STEEPEST, WHOLE_CIRCLE = 90.0, 360.0

STRONGEST_SI = 20.0
"""Susceptibility beyond which a column that states no unit is in another: massive magnetite has less."""

LIGHTEST = 20.0
"""kg/m3 below which all densities of a column that states no unit are in g/cm3."""


@dataclass(frozen=True, eq=False)
class Hole:
    """A drill hole.

    Parameters
    ----------
    name : str
        As the collars have it.
    path : HolePath
        Where it goes.
    depth : float
        Its length in metres.
    """

    name: str
    path: HolePath
    depth: float


@dataclass(frozen=True, eq=False)
class Intervals:
    """What was measured along one hole, from the top down and without overlap.

    Parameters
    ----------
    begin, end : (intervals,) arrays
        Depths in metres.
    values : (intervals,) array
        In the unit of the quantity.
    uncertainty : (intervals,) array
        Standard deviations; NaN where there is none.
    """

    begin: Array
    end: Array
    values: Array
    uncertainty: Array


def read_holes(collars: str | Path, surveys: str | Path, dip: str = "auto") -> dict[str, Hole]:
    """Drill holes of a table of collars and one of surveys, by their names in lower case.

    Parameters
    ----------
    collars : str or Path
        Columns hole_id, easting, northing, elevation, depth (its length).
    surveys : str or Path
        Columns hole_id, depth, azimuth (degrees, clockwise from north), dip (degrees from the horizontal).
    dip : str
        Sign of a dip that points down: ``"down"`` positive, ``"up"`` negative; ``"auto"`` takes the one sign that all
        dips have.

    Raises
    ------
    InputError
        If a hole comes twice, is not surveyed, or its depths, azimuths or dips cannot be; if dips have both signs.
    """
    tops = read_hole_table(collars, ("easting", "northing", "upward", "depth"))
    names = [name.lower() for name in tops.holes]
    again = np.array([name in names[:place] for place, name in enumerate(names)])
    tops.refuse_where(again, "each hole once", "remove or rename one")
    length = tops.columns["depth"]
    tops.refuse_where(
        ~((length > 0.0) & (length <= LONGEST)),
        f"a length of the hole in metres, above zero and up to {LONGEST:g}",
        "correct that line",
    )
    for axis in ("easting", "northing", "upward"):
        tops.refuse_where(~(np.abs(tops.columns[axis]) <= FARTHEST), f"{axis} in metres", "correct that line")
    rows = read_hole_table(surveys, ("depth", "azimuth", "dip"))
    of = _known(rows, names, collars)
    depth, azimuth, dips = (rows.columns[name] for name in ("depth", "azimuth", "dip"))
    rows.refuse_where(depth < 0.0, "a depth of zero or more", "correct that line")
    rows.refuse_where(
        (azimuth < 0.0) | (azimuth > WHOLE_CIRCLE), "an azimuth from 0 to 360 degrees", "correct that line"
    )
    rows.refuse_where(np.abs(dips) > STEEPEST, "a dip from -90 to 90 degrees", "correct that line")
    rows.refuse_where(
        depth > tops.columns["depth"][of] + ROUNDED, "a depth above the end of its hole", "correct it or the collars"
    )
    arcs = "arcs of minimum curvature between surveys, straight above the first and below the last"
    note("holes", f"{len(names)} of {collars}: {arcs}")
    directions = direction_of(azimuth, _positive_down(rows, dips, dip))
    holes: dict[str, Hole] = {}
    for place, name in enumerate(names):
        own = np.flatnonzero(of == place)
        if not own.size:
            raise InputError(
                f"{surveys} expects a survey of each hole of {collars}, got none of {tops.holes[place]!r}; add one row "
                "for a straight hole"
            )
        own = own[np.argsort(depth[own], kind="stable")]
        same = np.zeros(of.size, bool)
        same[own[1:][np.diff(depth[own]) == 0.0]] = True
        rows.refuse_where(same, "one survey at each depth of a hole", "remove one of the two")
        stations, tangents = depth[own], directions[own]
        if stations[0] > 0.0:
            stations, tangents = np.concatenate([[0.0], stations]), np.concatenate([tangents[:1], tangents])
        collar = np.array([tops.columns[axis][place] for axis in ("easting", "northing", "upward")])
        path = HolePath(collar, stations, tangents)
        holes[name] = Hole(tops.holes[place], path, float(tops.columns["depth"][place]))
    return holes


def _known(table: HoleTable, names: list[str], collars: str | Path) -> npt.NDArray[np.intp]:
    """Place of each row's hole among the collars."""
    of = {name: place for place, name in enumerate(names)}
    found = np.array([of.get(name.lower(), -1) for name in table.holes])
    table.refuse_where(found < 0, f"a hole that {collars} has", "correct its name, or add its collar")
    return found


def _positive_down(rows: HoleTable, dips: Array, convention: str) -> Array:
    """Dips, positive down."""
    if convention not in ("auto", "down", "up"):
        raise InputError(f"dip expects 'auto', 'down' (positive dips point down) or 'up', got {convention!r}")
    if convention == "auto":
        if (dips > 0.0).any() and (dips < 0.0).any():
            positive = int((dips > 0.0).sum())
            remedy = way("add dip=down or dip=up to --holes", "give dip='down' or dip='up'")
            raise InputError(
                f"{rows.text.path} expects dips of one sign, got {positive} positive and {int((dips < 0.0).sum())} "
                f"negative ones; say which sign points down: {remedy}"
            )
        convention = "up" if (dips < 0.0).any() else "down"
        note("", f"dips taken as {'negative' if convention == 'up' else 'positive'} down, the only sign they have")
    return -dips if convention == "up" else dips


def read_intervals(
    path: str | Path, holes: Mapping[str, Hole], collars: str | Path, quantity: str = "", value: str | None = None
) -> dict[str, Intervals]:
    """What was measured along drill holes, by their names in lower case.

    Parameters
    ----------
    path : str or Path
        Columns hole_id, from, to, value (or the name of the quantity) and, where it is known, uncertainty.
    holes : mapping of str to Hole
        The holes, by their names in lower case.
    collars : str or Path
        Where these are from, for errors.
    quantity : str
        What values are of; empty where it is not known.
    value : str, optional
        Name of the column of values, where it is not called so.

    Raises
    ------
    InputError
        If an interval is upside down, overlaps another, reaches below the end of its hole or belongs to none; if an
        uncertainty is not above zero, or a value none that rock has.
    """
    table = read_hole_table(path, ("from", "to", "value"), ("uncertainty",), quantity, value)
    names = list(holes)
    of = _known(table, names, collars)
    begin, end, values = (table.columns[name] for name in ("from", "to", "value"))
    uncertainty = table.columns.get("uncertainty", np.full(values.size, np.nan))
    table.refuse_where(
        ~(end > begin) | (begin < 0.0), "an interval from a depth down to a deeper one", "correct that line"
    )
    depths = np.array([holes[name].depth for name in names])[of]
    below = end > depths + ROUNDED
    if below.any():
        first = int(np.argmax(below))
        expected = (
            f"an interval above the end of hole {holes[names[of[first]]].name} at {depths[first]:g} m ({collars})"
        )
        table.refuse_where(below, expected, "correct it or the collars")
    end = np.minimum(end, depths)
    table.refuse_where(uncertainty <= 0.0, "an uncertainty above zero", "correct that line, or leave it empty")
    missing = nulls_in(values)
    if missing.all():
        raise InputError(f"{path} expects values, got none in {missing.size} rows; check the column of values")
    if missing.any():
        doubt(f"{path}: {int(missing.sum())} of {missing.size} intervals without a value are left out")
    _refuse_impossible(table, values, missing, quantity)
    found: dict[str, Intervals] = {}
    for place, name in enumerate(names):
        own = np.flatnonzero(of == place)
        own = own[np.argsort(begin[own], kind="stable")]
        overlap = np.zeros(of.size, bool)
        overlap[own[1:][begin[own[1:]] < end[own[:-1]] - 1e-6]] = True
        table.refuse_where(overlap, f"intervals of hole {holes[name].name} that do not overlap", "correct one of them")
        own = own[~missing[own]]
        if own.size:
            found[name] = Intervals(begin[own], end[own], values[own], uncertainty[own])
    return found


def _refuse_impossible(table: HoleTable, values: Array, missing: npt.NDArray[np.bool_], quantity: str) -> None:
    """Reject values that no rock has, and those whose unit is not stated and cannot be that of the project."""
    of = QUANTITIES.get(quantity)
    if of is None:
        table.refuse_where(~missing & ~np.isfinite(values), "a finite value", "correct that line")
        return
    span = f"a {quantity} in {of.unit} between {of.lowest:g} and {of.highest:g}"
    table.refuse_where(~missing & ~((values >= of.lowest) & (values <= of.highest)), span, "correct that line")
    if not table.unstated:
        return
    note("", f"values in {of.unit}, as no unit is stated")
    strong = ~missing & (values > STRONGEST_SI) & (quantity == "susceptibility")
    table.refuse_where(strong, "a susceptibility in SI", "state its unit in the header: susceptibility (1e-3 SI)")
    if quantity == "density" and np.abs(values[~missing]).max() < LIGHTEST:
        raise InputError(
            f"{table.text.path} expects densities in kg/m3, got none beyond {np.abs(values[~missing]).max():g} and no "
            "unit; state it in the header: density (g/cm3)"
        )
