"""Whether a surface of triangles is closed, so that it has an inside."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.formats.triangles import Triangles

__all__ = ["is_oriented", "refuse_open", "volume_of"]

Integers = npt.NDArray[np.intp]


def _edges(surface: Triangles) -> tuple[Integers, Integers, Integers]:
    """Edges (edges, 2) by their vertices, how many triangles each has, and how many more run along it than against."""
    pairs = np.concatenate([surface.corners[:, [0, 1]], surface.corners[:, [1, 2]], surface.corners[:, [2, 0]]])
    along = np.where(pairs[:, 0] < pairs[:, 1], 1, -1)
    edges, of = np.unique(np.sort(pairs, axis=1), axis=0, return_inverse=True)
    of = of.reshape(-1)
    turns = np.bincount(of, along, len(edges)).astype(np.intp)
    return edges, np.bincount(of, minlength=len(edges)), turns


def refuse_open(name: str, surface: Triangles) -> None:
    """Reject a surface that has an edge on which it ends.

    Raises
    ------
    InputError
        With the number of such edges, and where the first one is.
    """
    edges, triangles, _ = _edges(surface)
    ends = edges[triangles % 2 == 1]
    if len(ends):
        start, stop = (", ".join(f"{value:.10g}" for value in surface.vertices[corner]) for corner in ends[0])
        raise InputError(
            f"{name} expects a closed surface, got one with {len(ends)} open edges of {len(edges)}, the first from "
            f"({start}) to ({stop}) (easting, northing, upward); close it, at the ground or the sides of the mesh too"
        )


def is_oriented(surface: Triangles) -> bool:
    """Whether all triangles of each part of the surface have the same side outside."""
    return not _edges(surface)[2].any()


def volume_of(surface: Triangles) -> float:
    """Volume in cubic metres inside a closed and oriented surface; negative where its triangles face inward."""
    first, second, third = np.moveaxis(surface.vertices[surface.corners] - surface.vertices[0], 1, 0)
    return float(np.einsum("ij,ij->", first, np.cross(second, third))) / 6.0
