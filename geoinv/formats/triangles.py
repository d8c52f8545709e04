"""Surfaces made of triangles, from any file that holds one: STL, Wavefront OBJ, GOCAD TSurf."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.formats import gocad, obj, stl
from geoinv.formats.budget import guards
from geoinv.formats.compressed import name_inside
from geoinv.formats.text import read_bytes
from geoinv.surveys.survey import FARTHEST

__all__ = ["Triangles", "read_triangles"]

_HEAD = 4096  # bytes that tell a format


@dataclass(frozen=True, eq=False)
class Triangles:
    """A surface of triangles.

    Parameters
    ----------
    vertices : (vertices, 3) array
        Easting, northing and upward in metres, no two of them in one place.
    corners : (triangles, 3) array of int
        Vertices of each triangle, all different.
    """

    vertices: npt.NDArray[np.float64]
    corners: npt.NDArray[np.intp]

    @classmethod
    def welded(cls, vertices: npt.NDArray[np.float64], corners: npt.NDArray[np.integer]) -> Triangles:
        """Triangles whose vertices in one place have become one; those that lie in a point or a line are left out."""
        places, of = np.unique(vertices, axis=0, return_inverse=True)
        joined = of.reshape(-1)[corners].astype(np.intp)
        first, second, third = joined.T
        keep = (first != second) & (second != third) & (third != first)
        return cls(places, joined[keep])


@guards("surface of triangles")
def read_triangles(path: str | Path) -> Triangles:
    """Surface of a file of triangles.

    Parameters
    ----------
    path : str or Path
        STL (binary or text), Wavefront OBJ or GOCAD TSurf, recognised by its content; packed or not.

    Returns
    -------
    Triangles
        In float64: coordinates of text keep all their digits, which readers of meshes for graphics cut to seven.

    Raises
    ------
    InputError
        If it is none of these, its content is wrong or cut short, or a coordinate is not on Earth.
    """
    head = read_bytes(path, _HEAD)
    for one in (gocad, obj, stl):
        if one.recognises(head, name_inside(path).suffix.lower()):
            vertices, corners = one.read(path)
            break
    else:
        raise InputError(
            f"{path} expects a surface of triangles (STL, OBJ or GOCAD TSurf), got content that starts with "
            f"{head[:30].decode('latin-1')!r}; export it as one of these"
        )
    if not len(corners):
        raise InputError(f"{path} expects triangles, got none; export the surface again")
    wrong = ~(np.abs(vertices) <= FARTHEST).all(axis=1)
    if wrong.any():
        place = ", ".join(f"{value:g}" for value in vertices[wrong][0])
        raise InputError(
            f"{path} expects vertices in metres within {FARTHEST:g} of 0, got ({place}) ({int(wrong.sum())} of "
            f"{len(vertices)} vertices); correct the file, or export it again"
        )
    return Triangles.welded(vertices, corners)
