"""STL: triangles one by one, binary or as text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.formats.notes import doubt
from geoinv.formats.text import TextLines, is_number, read_bytes

__all__ = ["read", "recognises"]

_HEADER, _FACET = 84, 50  # bytes
_FACETS = np.dtype([("normal", "<f4", 3), ("vertices", "<f4", (3, 3)), ("rest", "<u2")])

_COARSE = 0.05
"""Metres between neighbouring numbers in single precision, from which a body is doubted."""

Array = npt.NDArray[np.float64]


def recognises(head: bytes, suffix: str) -> bool:
    """Whether a file is STL: by its first word, or, as binary files begin with anything, by its name."""
    return suffix in (".stl", ".stlb") or head.lstrip()[:6].lower() in (b"solid ", b"solid\n", b"solid\r")


def read(path: str | Path) -> tuple[Array, npt.NDArray[np.intp]]:
    """Vertices (3 triangles, 3) and corners (triangles, 3) of an STL file.

    Raises
    ------
    InputError
        If a binary file is not as long as its number of triangles asks, or a facet of a text is not of three vertices.
    """
    content = read_bytes(path)
    count = int.from_bytes(content[_HEADER - 4 : _HEADER], "little") if len(content) >= _HEADER else 0
    if len(content) == _HEADER + _FACET * count:
        return _binary(path, content, count)
    text = content.lstrip()[:5].lower() == b"solid" and b"\0" not in content[:_HEADER]
    if not text:
        held = max(len(content) - _HEADER, 0) / _FACET
        raise InputError(
            f"{path} expects a binary STL file of {count} triangles, as its header says, got room for {held:.6g}; it "
            "may be cut short: copy or export it again"
        )
    vertices = _vertices(TextLines.read(path))
    return vertices, np.arange(len(vertices)).reshape(-1, 3)


def _binary(path: str | Path, content: bytes, count: int) -> tuple[Array, npt.NDArray[np.intp]]:
    facets = np.frombuffer(content, _FACETS, offset=_HEADER)
    single = facets["vertices"].reshape(-1, 3)
    spacing = float(np.max(np.spacing(np.abs(single)), initial=0.0)) if np.isfinite(single).all() else 0.0
    if spacing > _COARSE:
        doubt(
            f"{path}: coordinates in single precision, as a binary STL has them, are rounded to {spacing:.2g} m so far "
            "from the origin; export it as text, OBJ or GOCAD TSurf"
        )
    return single.astype(np.float64), np.arange(3 * count).reshape(-1, 3)


def _vertices(text: TextLines) -> Array:
    """Vertices of a text, three a facet."""
    rows: list[list[str]] = []
    for index, line in enumerate(text.lines):
        word, *numbers = line.split() or [""]
        if word.lower() == "vertex":
            if len(numbers) != 3 or not all(map(is_number, numbers)):
                raise text.error(index, "a vertex as three numbers", "correct that line, or export the surface again")
            rows.append(numbers)
        elif word.lower() == "endloop" and len(rows) % 3:
            raise text.error(index, "facets of three vertices", "export the surface again as triangles")
    if len(rows) % 3 or not text.lines[-1].lower().startswith(("endsolid", "end solid")):
        raise text.error(len(text.lines), "endsolid", "the file may be cut short: copy or export it again")
    return np.array(rows, dtype=np.float64).reshape(-1, 3)
