"""Where sections and levels are cut: as the user asks, and otherwise where the body is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.view.slices import Cut, cut_of
from geoinv.view.subject import Model, Subject
from geoinv.view.window import Window
from geoinv.view.wording import section_named

__all__ = ["Request", "cut_for", "ends_of", "ground_level", "request_of"]

Point = tuple[float, float]

_NAMES = {
    "east": "easting",
    "easting": "easting",
    "north": "northing",
    "northing": "northing",
    "depth": "depth",
    "elevation": "elevation",
}
_USE = "write east=E, north=N, depth=D (or elevation=Z) and line=E1:N1,E2:N2 (or line=NAME of a survey line)"


@dataclass(frozen=True)
class Request:
    """Places of sections in metres; None where the body decides.

    `depth` is counted from the median of the ground in the window, `line` holds two ends ``E:N`` or one name of a
    survey line.
    """

    easting: float | None = None
    northing: float | None = None
    depth: float | None = None
    elevation: float | None = None
    line: tuple[str, ...] = ()


def request_of(text: str | None) -> Request:
    """Read places of sections.

    Examples
    --------
    >>> request_of("east=434500,depth=300")
    Request(easting=434500.0, northing=None, depth=300.0, elevation=None, line=())
    >>> request_of("line=0:0,100:50").line
    ('0:0', '100:50')

    Raises
    ------
    InputError
        If it says something else, or something twice.
    """
    found: dict[str, float] = {}
    line: list[str] = []
    last = ""
    for part in (text or "").split(",") if text is not None else ():
        name, sign, value = part.partition("=")
        name = name.strip().lower()
        if sign:
            if name in (*found, last) or (name == "line" and line):
                raise InputError(f"{section_named()} expects each place once, got {name} twice in {text!r}; {_USE}")
            last = name
        if name == "line" and sign:
            line.append(value.strip())
        elif not sign and last == "line":
            line.append(part.strip())
        elif sign and name in _NAMES and _number(value) is not None:
            found[_NAMES[name]] = float(value)
        else:
            raise InputError(f"{section_named()} expects places in metres, got {part!r}; {_USE}")
    if {"depth", "elevation"} <= set(found):
        raise InputError(f"{section_named()} expects a depth or an elevation, got both in {text!r}; leave one out")
    if len(line) > 2 or any(not part for part in line):
        raise InputError(f"{section_named()} expects two ends of a line, or its name, got {','.join(line)!r}; {_USE}")
    return Request(**found, line=tuple(line))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def ground_level(model: Model, window: Window) -> float:
    """Median elevation of the highest sides of rock in a window, in metres."""
    _, rows, columns = window.cells(model.grid)
    present = np.isfinite(model.values[:, rows, columns])
    tops = model.grid.upward_edges[present.shape[0] - np.argmax(present[::-1], axis=0)]
    return float(np.median(tops[present.any(axis=0)]))


def cut_for(request: Request, subject: Subject, model: Model, window: Window) -> Cut:
    """Cells that slices go through.

    Raises
    ------
    InputError
        If a place lies outside the mesh.
    """
    cut = cut_of(model, window, subject.stations)
    upward = request.elevation
    if request.depth is not None:
        upward = ground_level(model, window) - request.depth
    places = {"easting": request.easting, "northing": request.northing, "upward": upward}
    return replace(cut, **{axis: _cell(model, axis, value) for axis, value in places.items() if value is not None})


def _cell(model: Model, axis: str, value: float) -> int:
    edges = model.grid.edges(axis)
    if not edges[0] <= value <= edges[-1]:
        name = "elevation" if axis == "upward" else axis
        raise InputError(
            f"{section_named()} expects a place in the mesh, {name} {edges[0]:.10g} to {edges[-1]:.10g} m, got "
            f"{value:.10g} m; move it"
        )
    return min(int(np.searchsorted(edges, value, side="right")) - 1, edges.size - 2)


def ends_of(request: Request, subject: Subject) -> tuple[Point, Point] | None:
    """Ends (easting, northing) of the line that was asked for; None where none was.

    Raises
    ------
    InputError
        If they are no points, or there is no such survey line.
    """
    if not request.line:
        return None
    if len(request.line) == 1:
        return _survey_line(request.line[0], subject)
    ends = [re.fullmatch(r"\s*([^:\s]+)\s*:\s*([^:\s]+)\s*", part) for part in request.line]
    numbers = [None if end is None else (_number(end[1]), _number(end[2])) for end in ends]
    points = [(one[0], one[1]) for one in numbers if one and one[0] is not None and one[1] is not None]
    if len(points) < 2 or points[0] == points[1]:
        raise InputError(
            f"{section_named()} expects a line between two points E:N, got {','.join(request.line)!r}; {_USE}"
        )
    return points[0], points[1]


def _survey_line(name: str, subject: Subject) -> tuple[Point, Point]:
    lines: npt.NDArray[np.str_] = np.empty(0, np.str_) if subject.lines is None else subject.lines
    places = subject.stations[:2, lines == name].T if lines.size else np.empty((0, 2))
    if len(places) < 2:
        known = ", ".join(np.unique(lines)[:5]) or "none"
        raise InputError(
            f"{section_named()} expects two ends E1:N1,E2:N2 or a survey line ({known}), got {name[:40]!r}; {_USE}"
        )
    # from the station that is furthest from the middle to the one that is furthest from it
    first = places[np.argmax(np.linalg.norm(places - places.mean(axis=0), axis=1))]
    last = places[np.argmax(np.linalg.norm(places - first, axis=1))]
    start, end = sorted([(float(first[0]), float(first[1])), (float(last[0]), float(last[1]))])
    return start, end
