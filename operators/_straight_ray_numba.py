"""Straight rays through square or rectangular cells, piece by piece (Siddon 1985; Amanatides and Woo 1987).

Positions are in cells: face k of an axis stands at k. A ray is start + t change, t from 0 to 1, and each
crossing is computed from the number of its face, so that no rounding adds up along the ray.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geoinv.operators._jit import Chunk, chunked_kernel, kernel, part

__all__ = ["back_project", "integrate", "pieces"]

Array = npt.NDArray[Any]


@kernel()
def clip(start: float, change: float, cells: int, enter: float, leave: float) -> tuple[float, float]:
    """Part of t from `enter` to `leave` that lies within an axis; empty where the first exceeds the second."""
    if change == 0.0:
        return (enter, leave) if 0.0 <= start <= cells else (1.0, 0.0)
    first, last = -start / change, (cells - start) / change
    return max(enter, min(first, last)), min(leave, max(first, last))


@kernel()
def face_ahead(start: float, change: float, t: float) -> int:
    """Number of the first face that a ray meets along an axis after `t`."""
    position = start + t * change
    return math.floor(position) + 1 if change > 0.0 else math.ceil(position) - 1


@kernel()
def crossing(start: float, change: float, face: int) -> float:
    """Value of t at which a ray meets a face."""
    return math.inf if change == 0.0 else (face - start) / change


@kernel()
def beside(start: float, change: float, face: int, cells: int) -> tuple[int, int]:
    """Cells along an axis that a ray is in before `face`: two of them where it runs along an inner face."""
    if change == 0.0:
        low, high = math.ceil(start) - 1, math.floor(start)
    else:
        low = high = face - 1 if change > 0.0 else face
    return min(max(low, 0), cells - 1), min(max(high, 0), cells - 1)


@kernel()
def pieces(ray: Array, length: float, rows: int, columns: int, cells: Array, lengths: Array) -> int:
    """Cut a ray at the faces of cells.

    Parameters
    ----------
    ray : (4,) array
        Distance and depth of the start, in cells, and their change to the end.
    length : float
        Length of the whole ray, in the units wanted.
    rows, columns : int
        Shape of the section.
    cells, lengths : (2 (rows + columns + 2),) arrays
        Receive the flat number of each piece's cell and its length.

    Returns
    -------
    int
        How many pieces there are.
    """
    x, z, dx, dz = ray
    t, leave = clip(x, dx, columns, 0.0, 1.0)
    t, leave = clip(z, dz, rows, t, leave)
    if t >= leave:
        return 0
    column_face, row_face = face_ahead(x, dx, t), face_ahead(z, dz, t)
    next_column, next_row = crossing(x, dx, column_face), crossing(z, dz, row_face)
    count = 0
    while t < leave:
        end = min(next_column, next_row, leave)
        if end > t:
            left, right = beside(x, dx, column_face, columns)
            upper, lower = beside(z, dz, row_face, rows)
            cells[count], cells[count + 1] = upper * columns + left, lower * columns + right
            shared = 2 if cells[count] != cells[count + 1] else 1
            lengths[count : count + shared] = (end - t) * length / shared
            count += shared
            t = end
        if next_column <= end:
            column_face += 1 if dx > 0.0 else -1
            next_column = crossing(x, dx, column_face)
        if next_row <= end:
            row_face += 1 if dz > 0.0 else -1
            next_row = crossing(z, dz, row_face)
    return count


class Pieces(NamedTuple):
    """What one thread works in: numbers of the cells, and lengths, of a ray's pieces."""

    cells: npt.NDArray[np.int64]
    lengths: Array


def _pieces_of(rays: Array, ray_lengths: Array, rows: int, columns: int, *others: object) -> Pieces:
    most = 2 * (rows + columns + 2)
    return Pieces(np.empty(most, np.int64), np.empty(most))


@chunked_kernel(scratch=_pieces_of)
def integrate(
    chunk: Chunk, own: Pieces, rays: Array, ray_lengths: Array, rows: int, columns: int, slowness: Array, times: Array
) -> None:
    """Integrate slowness along rays.

    Parameters
    ----------
    chunk : Chunk
        Part of the rays that one thread takes.
    own : Pieces
        What it works in.
    rays : (rays, 4) array
        As :func:`pieces` wants them.
    ray_lengths : (rays,) array
        Lengths of the rays, inside and outside.
    rows, columns : int
        Shape of a section.
    slowness : (batch, rows * columns) array
        Sections.
    times : (batch, rays) array
        Receives the integrals.
    """
    first, last = part(chunk, len(rays))
    for ray in range(first, last):
        count = pieces(rays[ray], ray_lengths[ray], rows, columns, own.cells, own.lengths)
        for item in range(len(slowness)):
            total = 0.0
            for piece in range(count):
                total += own.lengths[piece] * slowness[item, own.cells[piece]]
            times[item, ray] = total


# each chunk cuts every ray anew: no more of them than threads
@chunked_kernel(scratch=_pieces_of, chunks_a_thread=1)
def back_project(
    chunk: Chunk, own: Pieces, rays: Array, ray_lengths: Array, rows: int, columns: int, times: Array, sections: Array
) -> None:
    """Transpose of :func:`integrate`, added to (batch, rows * columns).

    A chunk has sections of its own and takes the rays in order, so that the sums are the same for
    any number of threads.
    """
    first, last = part(chunk, len(sections))
    if first == last:
        return
    for ray in range(len(rays)):
        count = pieces(rays[ray], ray_lengths[ray], rows, columns, own.cells, own.lengths)
        for item in range(first, last):
            for piece in range(count):
                sections[item, own.cells[piece]] += own.lengths[piece] * times[item, ray]
