"""Wavefront OBJ: vertices, and faces that number them."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.formats.text import TextLines, is_number

__all__ = ["read", "recognises"]

_FACE = re.compile(rb"^\s*f\s+-?\d", re.MULTILINE)
_VERTEX = re.compile(rb"^\s*v\s+[-+.\d]", re.MULTILINE)
_INDEX = re.compile(r"-?\d{1,12}")

Array = npt.NDArray[np.float64]


def recognises(head: bytes, suffix: str) -> bool:
    """Whether a file is OBJ: by its name, or by lines that are a vertex or a face."""
    return suffix == ".obj" or (b"\0" not in head and bool(_VERTEX.search(head) or _FACE.search(head)))


def read(path: str | Path) -> tuple[Array, npt.NDArray[np.intp]]:
    """Vertices (vertices, 3) and corners (triangles, 3) of an OBJ file; faces of more corners are cut into triangles.

    Raises
    ------
    InputError
        If a vertex is not of three numbers, or a face names less than three vertices, or one that is not there.
    """
    text = TextLines.read(path)
    vertices: list[list[str]] = []
    corners: list[tuple[int, int, int]] = []
    for index, line in enumerate(text.lines):
        word, *tokens = line.split() or [""]
        if word == "v":
            if len(tokens) < 3 or not all(map(is_number, tokens[:3])):
                raise text.error(index, "a vertex as three numbers", "correct that line, or export the surface again")
            vertices.append(tokens[:3])
        elif word == "f":
            numbers = [_number(token, len(vertices)) for token in tokens]
            if len(numbers) < 3 or None in numbers:
                expected = f"a face of three or more of the {len(vertices)} vertices above it"
                raise text.error(index, expected, "correct that line, or export the surface again")
            first, *others = (number for number in numbers if number is not None)
            corners += [(first, one, two) for one, two in pairwise(others)]
    return np.array(vertices, np.float64).reshape(-1, 3), np.array(corners, np.intp).reshape(-1, 3)


def _number(token: str, count: int) -> int | None:
    """Vertex that a corner of a face names (``7``, ``7/1/2``, or from the last one: ``-1``), counted from 0."""
    text = token.partition("/")[0]
    if not _INDEX.fullmatch(text):
        return None
    number = int(text)
    place = number - 1 if number > 0 else count + number
    return place if number and 0 <= place < count else None
