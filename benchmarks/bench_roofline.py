"""What the machine can do at best, on one thread and on all: bytes moved, and multiply-adds, a second.

The figures are the roof that the other benchmarks' speeds can be held against: no application is faster than
its bytes over the bandwidth, nor than its operations over their rate.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from record import Benchmark
from turns import median_seconds

__all__ = ["bandwidth", "multiply_adds"]

Array = npt.NDArray[Any]

TIMES_CACHE = 8
"""Size of the triad's three arrays together, over that of the largest cache."""

LANES = 1024
"""Numbers that the multiply-adds go round on: they stay in the innermost cache."""

CHAIN = 8
"""Multiply-adds in a row on each number, between reading and writing it.

So few that the processor has many numbers under way at once, and does not wait for one multiply-add before the next.
"""


@numba.njit(parallel=True)
def copied(source: Array, target: Array) -> None:
    """Each thread a block: target = source."""
    for i in numba.prange(source.size):
        target[i] = source[i]


@numba.njit(parallel=True)
def triad(first: Array, second: Array, factor: float, target: Array) -> None:
    """Each thread a block: target = first + factor second."""
    for i in numba.prange(first.size):
        target[i] = first[i] + factor * second[i]


@numba.njit(parallel=True, fastmath={"contract"})
def chains(numbers: Array, factor: Any, addend: Any, rounds: int) -> None:
    """CHAIN multiply-adds on every number, over and over: independent of each other, so limited by arithmetic."""
    for thread in numba.prange(numbers.shape[0]):
        row = numbers[thread]
        for _ in range(rounds):
            for i in range(row.size):
                value = row[i]
                for _ in range(CHAIN):
                    value = value * factor + addend
                row[i] = value


def on_threads(threads: int, call: Callable[[], Any], rounds: int) -> float:
    """Median seconds of a call that may use so many threads."""
    before = numba.get_num_threads()
    numba.set_num_threads(threads)
    try:
        return median_seconds({"call": call}, rounds)["call"]
    finally:
        numba.set_num_threads(before)


def bandwidth(size: int, threads: int, rounds: int = 5) -> dict[str, float]:
    """Bytes read and written a second by copies and the triad, whose arrays take `size` bytes each.

    What the processor reads before it writes over it is not counted, as is the custom.
    """
    source, target = np.ones(size // 8), np.zeros(size // 8)
    third = np.full(size // 8, 2.0)
    found = {}
    if threads == 1:
        found["copy, NumPy"] = 2 * size / on_threads(1, lambda: np.copyto(target, source), rounds)
    found["copy, Numba"] = 2 * size / on_threads(threads, lambda: copied(source, target), rounds)
    found["triad, Numba"] = 3 * size / on_threads(threads, lambda: triad(source, third, 0.5, target), rounds)
    return found


def multiply_adds(dtype: str, threads: int, work: int, rounds: int = 5) -> float:
    """Operations a second of one type, a fused multiply-add counted as two."""
    numbers = np.ones((threads, LANES), dtype)
    kind = np.dtype(dtype).type
    factor, addend = kind(0.999), kind(0.001)
    seconds = on_threads(threads, lambda: chains(numbers, factor, addend, work), rounds)
    return 2.0 * numbers.size * CHAIN * work / seconds


def matrix_product(dtype: str, size: int, rounds: int = 5) -> float:
    """Operations a second of NumPy's product of two square matrices, on the threads that its library takes."""
    first, second = np.ones((2, size, size), dtype)
    target = np.empty_like(first)
    return 2.0 * size**3 / median_seconds({"product": lambda: np.matmul(first, second, out=target)}, rounds)["product"]


def largest_cache() -> int:
    """Bytes of the largest cache that a core can reach; 64 MiB where the system does not say."""
    found = [2**26]
    for path in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"):
        text = path.read_text(encoding="utf-8").strip()
        found.append(int(text.rstrip("KM")) * {"K": 2**10, "M": 2**20}.get(text[-1], 1))
    return max(found)


def main() -> None:
    """Measure both roofs on one thread and on all."""
    bench = Benchmark(__doc__.splitlines()[0])
    cache = largest_cache()
    # the arrays must fit beside whatever else runs
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    size = 2**22 if bench.quick else min(TIMES_CACHE * cache // 3, free // 8) // 8 * 8
    work, order, rounds = (2000, 128, 1) if bench.quick else (200_000, 3000, 7)
    bench.show("largest cache", cache / 1e6, "MB")
    bench.show("each array moved", size / 1e6, "MB")
    best = {}
    for threads in sorted({1, numba.get_num_threads()}):
        where = "one thread" if threads == 1 else f"{threads} threads"
        rates = {f"{name}, {where}": rate for name, rate in bandwidth(size, threads, rounds).items()}
        for name, rate in rates.items():
            bench.show(name, rate / 1e9, "GB/s")
        best[f"bandwidth, {where}"] = max(rates.values())
        for dtype in ("float32", "float64"):
            rate = multiply_adds(dtype, threads, work, rounds)
            best[f"{dtype}, {where}"] = rate
            bench.show(f"multiply-adds, {dtype}, {where}", rate / 1e9, "Gflop/s", "a multiply-add counts as two")
    for dtype in ("float32", "float64"):
        best[f"matrix product, {dtype}"] = rate = matrix_product(dtype, order, rounds)
        note = "wider registers than Numba's compiler chooses, threads of its own library"
        bench.show(f"matrix product, NumPy, {dtype}", rate / 1e9, "Gflop/s", note)
    bench.details["roof"] = best
    bench.finish()


if __name__ == "__main__":
    main()
