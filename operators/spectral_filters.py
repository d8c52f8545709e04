"""Products with the coefficients of pictures, by the library that they belong to: ducc0 for NumPy, cuFFT for CuPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

import ducc0.fft
import numba
import numpy as np
import numpy.typing as npt

from geoinv.core.backend import array_module
from geoinv.operators._jit import take_chunks

__all__ = ["cosine_filtered", "fourier_filtered"]

Array = npt.NDArray[Any]

BLOCK_BYTES = 300_000
"""Coefficients of the pictures that are worked on together: what stays in a core's own cache, both ways."""


def fourier_filtered(x: Array, spectrum: Array, lengths: Sequence[int]) -> Array:
    """Multiply the Fourier coefficients of pictures, which repeat with a period.

    Parameters
    ----------
    x : (batch, ...) array
        Pictures; zeros fill them up to the period.
    spectrum : (..., last length // 2 + 1) array
        Factors; complex ones, even if real, are multiplied faster.
    lengths : sequence of int
        Period along each axis of a picture.

    Examples
    --------
    >>> fourier_filtered(np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([1.0, 0.0, 1.0]), [4]).tolist()
    [[2.0, 3.0, 2.0, 3.0]]
    """
    axes = tuple(range(1, x.ndim))
    if array_module(x) is not np:
        fft = _on_gpu()
        coefficients = fft.rfftn(x, s=lengths, axes=axes)
        coefficients *= spectrum
        return fft.irfftn(coefficients, s=lengths, axes=axes)[_inside(x)]  # type: ignore[no-any-return]
    filtered, last, others = np.empty_like(x), axes[-1:], axes[:-1]
    inside = _inside(x)[:-1]
    whole = x.shape[1:] == tuple(lengths)

    def work(pictures: slice, threads: int) -> None:
        rows, results = x[pictures], filtered[pictures]
        coefficients = np.empty((len(rows), *spectrum.shape), np.result_type(x.dtype, np.complex64))
        if not whole:
            rows = np.zeros((*rows.shape[:-1], lengths[-1]), x.dtype)
            rows[..., : x.shape[-1]] = x[pictures]
            coefficients[...] = 0.0
        # rows beyond the picture are neither transformed on the way there nor wanted on the way back
        ducc0.fft.r2c(rows, axes=last, out=coefficients[inside], nthreads=threads)
        if others:
            ducc0.fft.c2c(coefficients, axes=others, out=coefficients, nthreads=threads)
        coefficients *= spectrum
        back = {"forward": False, "inorm": 2, "nthreads": threads}
        if others:
            ducc0.fft.c2c(coefficients, axes=others, out=coefficients, **back)
        ends = results if whole else rows
        ducc0.fft.c2r(
            coefficients[inside], axes=last, lastsize=lengths[-1], out=ends, allow_overwriting_input=True, **back
        )
        if not whole:
            results[...] = ends[..., : x.shape[-1]]

    _in_blocks(len(x), 2 * spectrum.size * x.itemsize, work)
    return filtered


def cosine_filtered(x: Array, spectrum: Array) -> Array:
    """Multiply the coefficients of pictures in the orthonormal DCT-II: those of pictures mirrored about their edges.

    Parameters
    ----------
    x : (batch, ...) array
        Pictures.
    spectrum : array of a picture's shape
        Factors.

    Examples
    --------
    >>> cosine_filtered(np.array([[1.0, 2.0, 6.0]]), np.array([1.0, 0.0, 0.0])).round(12).tolist()
    [[3.0, 3.0, 3.0]]
    """
    axes = tuple(range(1, x.ndim))
    if array_module(x) is not np:
        fft = _on_gpu()
        coefficients = fft.dctn(x, axes=axes, norm="ortho")
        coefficients *= spectrum
        return fft.idctn(coefficients, axes=axes, norm="ortho", overwrite_x=True)  # type: ignore[no-any-return]
    filtered = np.empty_like(x)

    def work(pictures: slice, threads: int) -> None:
        results = filtered[pictures]
        ducc0.fft.dct(x[pictures], type=2, axes=axes, inorm=1, out=results, nthreads=threads)
        results *= spectrum
        ducc0.fft.dct(results, type=3, axes=axes, inorm=1, out=results, nthreads=threads)

    _in_blocks(len(x), spectrum.size * x.itemsize, work)
    return filtered


def _inside(x: Array) -> tuple[slice, ...]:
    """Where pictures lie in their periods."""
    return (slice(None), *(slice(n) for n in x.shape[1:]))


def _in_blocks(pictures: int, bytes_each: int, work: Callable[[slice, int], None]) -> None:
    """Work on some pictures at a time, on each block with one thread; with all of them on one that stands alone."""
    together = max(1, BLOCK_BYTES // bytes_each)
    starts = range(0, pictures, together)
    if len(starts) == 1:
        work(slice(None), numba.get_num_threads())
        return

    def run(left: Iterator[int]) -> None:
        for block in left:
            work(slice(starts[block], starts[block] + together), 1)

    take_chunks(len(starts), run)


def _on_gpu() -> Any:
    return import_module("cupyx.scipy.fft")
