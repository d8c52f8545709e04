"""Cells that a line runs through, and how far it runs in each: exact, by the planes between the cells."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv.constraints.cell_sides import planes_of
from geoinv.meshes.base import AXES, Mesh

__all__ = ["pieces_of"]

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]


def pieces_of(mesh: Mesh, points: Array, depths: Array) -> tuple[Integers, Array, Array]:
    """Pieces of a line of straight parts, each within one cell.

    Parameters
    ----------
    mesh : Mesh
        Cells.
    points : (points, 3) array
        Easting, northing, upward of the ends of the parts in metres.
    depths : (points,) array
        Depth of each along the line, ascending; lengths are told by it.

    Returns
    -------
    cells : (pieces,) array of int
        Places in a raveled model; what runs outside the mesh is left out.
    depths : (pieces,) array
        Depth of the middle of each.
    lengths : (pieces,) array
        In metres.

    Examples
    --------
    >>> import geoinv
    >>> grid = geoinv.Grid.regular((1, 1, 3), (10.0, 10.0, 10.0))
    >>> line = np.array([[5.0, 5.0, 5.0], [25.0, 5.0, 5.0]])
    >>> [part.tolist() for part in pieces_of(grid, line, np.array([0.0, 20.0]))]
    [[0, 1, 2], [2.5, 10.0, 17.5], [5.0, 10.0, 5.0]]
    """
    start, step = points[:-1], np.diff(points, axis=0)
    ends = np.arange(len(start))
    parts, places = [ends, ends], [np.zeros(ends.size), np.ones(ends.size)]
    for column, axis in enumerate(reversed(AXES)):
        planes = planes_of(mesh, axis)
        low, high = (
            np.minimum(points[:-1, column], points[1:, column]),
            np.maximum(points[:-1, column], points[1:, column]),
        )
        first, last = np.searchsorted(planes, low, side="right"), np.searchsorted(planes, high, side="left")
        counts = np.maximum(last - first, 0)
        of = np.repeat(ends, counts)
        which = first[of] + np.arange(of.size) - (np.cumsum(counts) - counts)[of]
        parts.append(of)
        places.append((planes[which] - start[of, column]) / step[of, column])
    part, place = np.concatenate(parts), np.concatenate(places)
    order = np.lexsort((place, part))
    part, place = part[order], place[order]
    within = part[1:] == part[:-1]
    part, middle, share = part[1:][within], 0.5 * (place[1:] + place[:-1])[within], np.diff(place)[within]
    long = share > 0.0
    part, middle, share = part[long], middle[long], share[long]
    cells = mesh.touching(*(start[part] + middle[:, None] * step[part]).T)[:, 0]
    inside = cells >= 0
    lengths = np.diff(depths)[part]
    return cells[inside], (depths[:-1][part] + middle * lengths)[inside], (share * lengths)[inside]
