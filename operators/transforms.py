"""Real Fourier and cosine transforms in the library that an array belongs to: ducc0 for NumPy, cuFFT for CuPy."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import ducc0.fft
import numba
import numpy as np
import numpy.typing as npt

from geoinv.backend import array_module

__all__ = ["cosine_transform", "fourier_transform", "inverse_cosine_transform", "inverse_fourier_transform"]

Axes = tuple[int, ...]


def fourier_transform(x: npt.NDArray[Any], lengths: Sequence[int], axes: Axes) -> npt.NDArray[Any]:
    """Coefficients of a real array, filled up with zeros to `lengths` along `axes`; half of them along the last.

    Examples
    --------
    >>> fourier_transform(np.array([1.0, 2.0]), [4], (0,)).real.tolist()
    [3.0, 1.0, -1.0]
    """
    if array_module(x) is not np:
        return _on_gpu().rfftn(x, s=lengths, axes=axes)  # type: ignore[no-any-return]
    margins = [(0, 0)] * x.ndim
    for axis, length in zip(axes, lengths, strict=True):
        margins[axis] = (0, length - x.shape[axis])
    padded = np.pad(x, margins) if any(after for _, after in margins) else x
    return np.asarray(ducc0.fft.r2c(padded, axes=axes, nthreads=numba.get_num_threads()))


def inverse_fourier_transform(
    coefficients: npt.NDArray[Any], lengths: Sequence[int], axes: Axes
) -> npt.NDArray[np.floating[Any]]:
    """Real array of `lengths` along `axes` whose :func:`fourier_transform` these are; they may be overwritten."""
    if array_module(coefficients) is not np:
        return _on_gpu().irfftn(coefficients, s=lengths, axes=axes)  # type: ignore[no-any-return]
    real = ducc0.fft.c2r(
        coefficients,
        axes=axes,
        lastsize=lengths[-1],
        forward=False,
        inorm=2,
        nthreads=numba.get_num_threads(),
        allow_overwriting_input=True,
    )
    return np.asarray(real)


def cosine_transform(x: npt.NDArray[Any], axes: Axes) -> npt.NDArray[Any]:
    """Orthonormal DCT-II."""
    if array_module(x) is not np:
        return _on_gpu().dctn(x, axes=axes, norm="ortho")  # type: ignore[no-any-return]
    return np.asarray(ducc0.fft.dct(x, type=2, axes=axes, inorm=1, nthreads=numba.get_num_threads()))


def inverse_cosine_transform(coefficients: npt.NDArray[Any], axes: Axes) -> npt.NDArray[Any]:
    """Array whose :func:`cosine_transform` these are; they may be overwritten."""
    if array_module(coefficients) is not np:
        return _on_gpu().idctn(coefficients, axes=axes, norm="ortho", overwrite_x=True)  # type: ignore[no-any-return]
    threads = numba.get_num_threads()
    return np.asarray(ducc0.fft.dct(coefficients, type=3, axes=axes, inorm=1, out=coefficients, nthreads=threads))


def _on_gpu() -> Any:
    return import_module("cupyx.scipy.fft")
