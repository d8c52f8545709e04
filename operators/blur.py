"""Blur: a picture seen through an exponential point spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import ducc0.fft
import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.backend import Resident, array_module
from geoinv.core.checks import InputError, array_of, choice, positive, shape_text
from geoinv.core.memory import require_memory
from geoinv.operators._blur_numba import sum_over_offsets
from geoinv.operators.cuda import Runner, Source, blocks_of, on_gpu, real_source
from geoinv.operators.spectral_filters import cosine_filtered, fourier_filtered

__all__ = ["Blur"]

PADDING = {"reflective": "symmetric", "periodic": "wrap", "zero": "constant"}
"""What goes on outside the picture, and what NumPy calls it."""


class Blur(LinearOperator):
    """Convolution with the exponential point spread exp(-r/s) of unit sum.

    The spread is sampled at all offsets between two cells of the picture. It is even in every axis,
    so the operator is symmetric at each boundary and its own adjoint:

    ==============  =========================================================================
    ``reflective``  mirrored about the outer edges of the first and last cell; block Toeplitz
                    plus Hankel, diagonal in the DCT-II. A constant picture is kept.
    ``periodic``    repeated; block circulant, diagonal in the DFT. A constant picture is kept.
    ``zero``        nothing outside; block Toeplitz. A constant picture darkens at its rim.
    ==============  =========================================================================

    Reflection is the default: like zero it takes no light from the far side, and like the periodic
    one it makes no dark rim.

    Parameters
    ----------
    shape : sequence of int
        Shape of a signal, picture or volume, one to three numbers.
    scale : float
        The s of exp(-r/s), in cells.
    boundary : str
        ``"reflective"``, ``"periodic"`` or ``"zero"``.
    method : str
        ``"fft"`` (fast transforms) or ``"direct"`` (compiled sum over all offsets, never the
        quicker one: 10 times slower for 28 x 28 cells). Both give the same numbers.
    dtype : str
        ``"float64"`` or ``"float32"``.

    Raises
    ------
    InputError
        If the scale is not positive, the shape has no or more than three numbers, a name is unknown, or the point
        spread does not fit in memory.

    Notes
    -----
    Equation (5.1) of Eliasof, Haber and Treister (2024, arXiv 2402.04653); boundaries as in chapter 4
    of Hansen, Nagy and O'Leary (2006), *Deblurring Images*.

    Examples
    --------
    >>> A = Blur((5,), scale=1.0)
    >>> A([0.0, 0.0, 1.0, 0.0, 0.0]).round(3).tolist()
    [0.086, 0.18, 0.467, 0.18, 0.086]
    """

    device_arrays = True

    def __init__(
        self,
        shape: Sequence[int],
        scale: float,
        boundary: str = "reflective",
        method: str = "fft",
        dtype: npt.DTypeLike = "float64",
    ) -> None:
        choice("Blur", "boundary", boundary, tuple(PADDING))
        choice("Blur", "method", method, ("fft", "direct"))
        choice("Blur", "dtype", np.dtype(dtype).name, ("float64", "float32"))
        extents = array_of("Blur", "shape", shape)
        if extents.ndim != 1 or not 1 <= extents.size <= 3:
            raise InputError(
                f"Blur expects the shape of a signal, picture or volume, one to three numbers, got {shape}; "
                "channels and batches lead and are not part of it"
            )
        positive("Blur", "shape", extents, "give at least one cell along each axis")
        positive("Blur", "scale", array_of("Blur", "scale", scale, shape=()), "give the s of exp(-r/s) in cells")
        self.scale, self.boundary = float(scale), boundary
        self.domain_shape = self.range_shape = tuple(int(n) for n in extents)
        self.dtype = np.dtype(dtype)
        self.method = method
        self._lengths = [self._transform_length(n) for n in self.domain_shape]
        # the spread at all offsets, its temporaries, and what they are folded into
        offsets = math.prod(2.0 * n - 1.0 for n in self.domain_shape)
        require_memory("Blur", "its point spread", 40.0 * offsets, "take fewer cells")
        spread = _point_spread(self.domain_shape, self.scale)
        self._spread = Resident(spread.astype(self.dtype))
        # a product of complex with real numbers would have to convert these at every call
        coefficients = self.dtype if boundary == "reflective" else np.result_type(self.dtype, np.complex64)
        self._spectrum = Resident(self._spectrum_of(spread).astype(coefficients))

    def _transform_length(self, cells: int) -> int:
        """Period of the lattice on which the convolution is circular."""
        if self.boundary == "zero":
            return int(ducc0.fft.good_size(2 * cells - 1, True))
        return cells if self.boundary == "periodic" else 2 * cells

    def _spectrum_of(self, spread: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Factors of the transform's coefficients; real, as the spread is even."""
        wrapped = spread
        for axis, (cells, length) in enumerate(zip(self.domain_shape, self._lengths, strict=True)):
            folded = np.zeros((length, *np.delete(wrapped.shape, axis)))
            np.add.at(folded, np.arange(1 - cells, cells) % length, np.moveaxis(wrapped, axis, 0))
            wrapped = np.moveaxis(folded, 0, axis)
        spectrum = np.fft.rfftn(wrapped).real
        if self.boundary != "reflective":
            return spectrum
        # an even signal of twice the length has the DCT-II as its spectrum, but for a phase
        return spectrum[tuple(slice(n) for n in self.domain_shape)]

    def _forward(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return self._by_transforms(x) if self.method == "fft" else self._by_offsets(x)

    def _adjoint(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return self._forward(y)

    def _by_offsets(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        library, missing = array_module(x), (1,) * (3 - len(self.domain_shape))
        margins = [(0, 0), *((n - 1, n - 1) for n in self.domain_shape)]
        padded = library.pad(x, margins, mode=PADDING[self.boundary])
        padded = padded.reshape(x.shape[0], *missing, *padded.shape[1:])
        spread = self._spread.beside(x)
        spread = spread.reshape(*missing, *spread.shape)
        blurred = library.empty((x.shape[0], *missing, *self.domain_shape), self.dtype)
        if library is np:
            sum_over_offsets(spread, padded, blurred)
        else:
            sum_on_gpu(on_gpu(), spread, padded, blurred)
        return blurred.reshape(x.shape)  # type: ignore[no-any-return]

    def _by_transforms(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        spectrum = self._spectrum.beside(x)
        return (
            cosine_filtered(x, spectrum)
            if self.boundary == "reflective"
            else fourier_filtered(x, spectrum, self._lengths)
        )

    def __repr__(self) -> str:
        """Shape, scale, boundary and method."""
        return (
            f"Blur of {shape_text(self.domain_shape)}: exp(-r/{self.scale:g}), {self.boundary} boundary, "
            f"{self.method}, {self.dtype}"
        )


def source_of(dtype: np.dtype[Any]) -> Source:
    """CUDA source for pictures of a type."""
    return real_source("blur.cu", dtype)


def sum_on_gpu(runner: Runner, spread: Any, padded: Any, blurred: Any) -> None:
    """Do on a GPU what :func:`geoinv.operators._blur_numba.sum_over_offsets` does on the host."""
    source = source_of(blurred.dtype)
    batch, *shape = blurred.shape
    blocks = batch * blocks_of(math.prod(shape), source.tile)
    runner.run(source, "sum_over_offsets", blocks, spread, padded, *shape, blurred)


def _point_spread(shape: tuple[int, ...], scale: float) -> npt.NDArray[np.float64]:
    """Weights exp(-r/s) of all offsets between cells, of unit sum (equation 5.1)."""
    offsets = np.meshgrid(*(np.arange(1.0 - n, n) for n in shape), indexing="ij")
    weights = np.exp(-np.sqrt(sum(offset**2 for offset in offsets)) / scale)
    return np.asarray(weights / weights.sum())
