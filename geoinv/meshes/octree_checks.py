"""What cells must be to be an octree."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of, refuse_masked, shape_text
from geoinv.meshes.octree_order import place_in_order

__all__ = ["checked_active", "checked_counts", "checked_places", "whole"]

Integers = npt.NDArray[np.integer[Any]]

_MOST = 2**62  # finest cells that have numbers of their own
_WIDEST = 2**21  # finest cells along an axis, whose numbers interleave in 63 bits


def checked_counts(values: Any) -> tuple[int, int, int]:
    """Numbers of finest cells along (upward, northing, easting): powers of two, so few that all can be numbered."""
    up, north, east = (int(n) for n in whole("counts", values, (3,)))
    counts = (up, north, east)
    if any(n < 1 or n & (n - 1) for n in counts) or max(counts) > _WIDEST or np.prod(counts, dtype=float) > _MOST:
        raise InputError(
            f"OctreeGrid expects powers of two up to {_WIDEST} as numbers of finest cells, got {counts}; widen the "
            "box to the next power of two"
        )
    return counts


def whole(name: str, values: Any, shape: tuple[int | None, ...]) -> Integers:
    """Array of whole numbers of some shape, None standing for any length."""
    numbers = array_of("OctreeGrid", name, values)
    fits = numbers.ndim == len(shape) and all(n in (None, m) for n, m in zip(shape, numbers.shape, strict=True))
    if not fits or not numbers.size:
        wanted = str(shape).replace("None", "cells")
        raise InputError(f"OctreeGrid expects {name} of shape {wanted}, got {shape_text(numbers.shape)}")
    with np.errstate(invalid="ignore"):
        whole = numbers.astype(np.int64)
    bad = (whole != numbers) | (np.abs(numbers) > _WIDEST)
    if bad.any():
        raise InputError(
            f"OctreeGrid expects {name} as whole numbers up to {_WIDEST}, got {numbers[bad][0]:g}; count finest cells"
        )
    return whole


def checked_places(corner: Integers, width: Integers, counts: tuple[int, int, int]) -> Integers:
    """Numbers of the corners along the order, where the cells fill the box once and stand in it."""
    wide = (width < 1) | (width & (width - 1) != 0) | (width > min(counts))
    if wide.any():
        raise InputError(
            f"OctreeGrid expects widths that are powers of two up to {min(counts)}, the shortest side of its box, got "
            f"{int(width[wide][0])} for cell {int(np.argmax(wide))}; split wider cells"
        )
    odd = ((corner & (width - 1)[:, None]) != 0) | (corner < 0) | (corner + width[:, None] > np.array(counts))
    if odd.any():
        cell = int(np.argmax(odd.any(axis=1)))
        raise InputError(
            f"OctreeGrid expects cells that begin at a multiple of their width inside the box {counts}, got corner "
            f"{tuple(int(i) for i in corner[cell])} with width {int(width[cell])} for cell {cell}; check the corners"
        )
    places, sizes = place_in_order(corner, counts), width.astype(np.int64) ** 3
    if not np.array_equal(places, np.concatenate([[0], np.cumsum(sizes)[:-1]])) or sizes.sum() != np.prod(counts):
        in_order = np.argsort(places, kind="stable")
        ends = np.cumsum(sizes[in_order])
        if ends[-1] != np.prod(counts) or not np.array_equal(places[in_order], ends - sizes[in_order]):
            raise InputError(
                f"OctreeGrid expects cells that fill its box once, got {int(sizes.sum())} of {int(np.prod(counts))} "
                "finest cells in them, or some twice; check the corners and widths"
            )
        raise InputError(
            f"OctreeGrid expects cells in the order of discretize, got cell {int(np.argmax(np.diff(places) < 0)) + 1} "
            "before those below it; sort cells and models by geoinv.meshes.octree_order.place_in_order"
        )
    return places


def checked_active(active: npt.ArrayLike | None, cells: int) -> npt.NDArray[np.bool_]:
    """Active cells of their own, all by default."""
    refuse_masked("OctreeGrid", "active", active)
    result = np.ones(cells, bool) if active is None else np.array(active)
    if result.shape != (cells,) or result.dtype != bool:
        raise InputError(
            f"OctreeGrid expects active cells as booleans of shape ({cells},) (cell), "
            f"got {result.dtype} of shape {shape_text(result.shape)}"
        )
    return result
