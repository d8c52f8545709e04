"""Sums over stations of powers of their distance from cells, without an array over both."""

from __future__ import annotations

import math
from typing import Any

import numpy.typing as npt

from geoinv.operators._jit import Chunk, chunked_kernel, part

__all__ = ["sum_of_powers"]

Array = npt.NDArray[Any]


@chunked_kernel()
def sum_of_powers(chunk: Chunk, cells: Array, stations: Array, offset: float, exponent: float, sums: Array) -> None:
    """Sum over stations of ``(R + offset) ** (-2 exponent)``, R the distance from a cell.

    Parameters
    ----------
    chunk : Chunk
        Part of the cells that one thread takes.
    cells, stations : (n, 3) arrays
        Positions in metres.
    offset : float
        Metres, above zero.
    exponent : float
        Power that the field falls with; whole ones take products in place of powers.
    sums : (cells,) array
        Receives the sums.
    """
    first, last = part(chunk, len(cells))
    whole = round(exponent)
    products = abs(exponent - whole) < 1e-12
    for cell in range(first, last):
        total = 0.0
        for station in range(len(stations)):
            x = cells[cell, 0] - stations[station, 0]
            y = cells[cell, 1] - stations[station, 1]
            z = cells[cell, 2] - stations[station, 2]
            near = 1.0 / (math.sqrt(x * x + y * y + z * z) + offset)
            if products:
                power = 1.0
                for _ in range(whole):
                    power *= near
            else:
                power = near**exponent
            total += power * power
        sums[cell] = total
