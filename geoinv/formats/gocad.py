"""GOCAD triangulated surfaces (``.ts``)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.conventions.units import unit_of
from geoinv.formats.notes import note
from geoinv.formats.text import TextLines, is_number

__all__ = ["read", "recognises"]

_VERTICES, _COPIES = ("VRTX", "PVRTX"), ("ATOM", "PATOM")
_AGAIN = "correct that line, or export the surface again"

Array = npt.NDArray[np.float64]


def recognises(head: bytes, suffix: str) -> bool:
    """Whether a file is of GOCAD, by its first word."""
    return head.lstrip()[:5] == b"GOCAD"


def read(path: str | Path) -> tuple[Array, npt.NDArray[np.intp]]:
    """Vertices (vertices, 3) and corners (triangles, 3) of the surfaces of a GOCAD file.

    Depths (``ZPOSITIVE Depth``) become elevations, and units of the axes metres.

    Raises
    ------
    InputError
        If it is another object than TSurf, a vertex or a triangle is not as it should be, a vertex is missing, or the
        end of the object is.
    """
    text = TextLines.read(path)
    places: list[list[float]] = []
    corners: list[tuple[int, int, int]] = []
    names: dict[int, int] = {}
    scale, downward, inside = np.ones(3), False, False
    for index, line in enumerate(text.lines):
        word, *tokens = line.split() or [""]
        if word == "GOCAD":
            if not tokens or tokens[0].lower() != "tsurf":
                raise text.error(index, "a GOCAD TSurf", "export the surface as a triangulated one")
            names, scale, downward, inside = {}, np.ones(3), False, True
        elif word == "ZPOSITIVE":
            downward = tokens[:1] == ["Depth"]
            if downward:
                note("surface", f"{path}: depths, positive down, taken as elevations below 0")
        elif word == "AXIS_UNIT":
            scale = _scale(text, index, line)
        elif word in _VERTICES or word in _COPIES:
            number, place = _vertex(text, index, tokens, word in _COPIES)
            if place is None:
                if int(tokens[1]) not in names:
                    raise text.error(index, "an atom of a vertex above it", _AGAIN)
                names[number] = names[int(tokens[1])]
                continue
            names[number] = len(places)
            places.append([*(place * scale * (1.0, 1.0, -1.0 if downward else 1.0))])
        elif word == "TRGL":
            found = [names.get(int(token)) for token in tokens if token.isdecimal()]
            if len(tokens) != 3 or len(found) != 3 or None in found:
                raise text.error(index, "a triangle of three vertices above it", _AGAIN)
            first, second, third = (number for number in found if number is not None)
            corners.append((first, second, third))
        elif word == "END":
            inside = False
    if inside:
        raise text.error(len(text.lines), "END", "the file may be cut short: copy or export it again")
    return np.array(places, np.float64).reshape(-1, 3), np.array(corners, np.intp).reshape(-1, 3)


def _vertex(text: TextLines, index: int, tokens: list[str], copy: bool) -> tuple[int, Array | None]:
    """Number of a vertex and its coordinates; none for one that stands for another."""
    count = 2 if copy else 4
    if len(tokens) < count or not tokens[0].isdecimal() or not all(map(is_number, tokens[1:count])):
        what = "its number and that of a vertex" if copy else "its number and three coordinates"
        raise text.error(index, f"a vertex as {what}", _AGAIN)
    if copy:
        if not tokens[1].isdecimal():
            raise text.error(index, "a vertex as its number and that of a vertex", _AGAIN)
        return int(tokens[0]), None
    return int(tokens[0]), np.array(tokens[1:4], np.float64)


def _scale(text: TextLines, index: int, line: str) -> Array:
    """Metres of the units of the three axes."""
    named = [part.strip('"') for part in line.split()[1:4]]
    units = [unit_of(name) for name in named]
    if len(named) != 3 or any(unit is None or unit.dimension != "length" for unit in units):
        raise text.error(index, "three units of length", "convert the surface to metres")
    factors = np.array([unit.factor for unit in units if unit is not None])
    if (factors != 1.0).any():
        note("surface", f"{text.path}: axes in {', '.join(named)}, converted to m")
    return factors
