"""Embeddings: fixed over-complete dictionaries E that write a model as ``x = E z`` with more unknowns than cells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.fft

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError

__all__ = ["OverCompleteCosines", "UndecimatedWavelets"]

Array = npt.NDArray[Any]


class UndecimatedWavelets(LinearOperator):
    """Models as sums of wavelets at every place, not only at every other one.

    The band of one level and one choice of filters an axis keeps all cells, so that a shifted model has shifted
    coefficients. The columns form a tight frame: ``E(E.T(x)) = x``, and ``E.T`` is the analysis. Models continue
    periodically; any shape will do, for the filters are applied to the spectrum.

    Parameters
    ----------
    shape : sequence of int
        Shape of the model, with one, two or three dimensions.
    wavelet : str
        Orthogonal wavelet as PyWavelets names it: ``"haar"``, ``"db2"``, ``"sym4"``.
    levels : int
        Number of scales; the widest filter is about ``2**levels`` times the wavelet's length.
    dtype : float64 or float32
        Precision.

    Attributes
    ----------
    domain_shape : tuple of int
        (bands, *shape): the approximation first, then the details from the coarsest level to the finest.
    range_shape : tuple of int
        shape.

    Raises
    ------
    InputError
        If the wavelet is unknown or not orthogonal, the shape or the number of levels cannot be, or PyWavelets is
        not installed.

    Notes
    -----
    The coefficients are those of ``pywt.swtn(x, wavelet, levels, norm=True, trim_approx=True)``, where that takes the
    shape (Holschneider et al. 1989; Nason and Silverman 1995).

    Examples
    --------
    >>> E = UndecimatedWavelets((6, 5), "haar", levels=1)
    >>> E.domain_shape
    (4, 6, 5)
    >>> x = np.arange(30.0).reshape(6, 5)
    >>> bool(np.allclose(E(E.T(x)), x))
    True
    """

    def __init__(
        self, shape: Sequence[int], wavelet: str = "db2", levels: int = 2, dtype: npt.DTypeLike = np.float64
    ) -> None:
        self.range_shape = _checked_shape(type(self).__name__, shape)
        self.dtype = np.dtype(dtype)
        low, high = _filters(wavelet)
        if levels < 1:
            raise InputError(f"UndecimatedWavelets expects one level or more, got {levels}; 2 or 3 suit most models")
        self.wavelet, self.levels = wavelet, int(levels)
        rank = len(self.range_shape)
        approximation: Array = np.ones((1,) * rank)
        details: list[Array] = []
        for level in range(self.levels):
            responses = [self._responses(axis, 2**level, (low, high)) for axis in range(rank)]
            level_bands = [prod(choice, start=approximation) for choice in product(*responses)]
            details = level_bands[1:] + details
            approximation = level_bands[0]
        complex_type = np.result_type(self.dtype, np.complex64)
        self._spectra = np.stack([approximation, *details]).astype(complex_type)
        self.domain_shape = (len(self._spectra), *self.range_shape)
        self._axes = tuple(range(-rank, 0))

    def _responses(self, axis: int, dilation: int, filters: Sequence[Array]) -> list[Array]:
        """Spectra of dilated filters along one axis, shaped to multiply a model's spectrum."""
        cells, rank = self.range_shape[axis], len(self.range_shape)
        last = axis == rank - 1
        frequency = 2.0 * np.pi * (np.fft.rfftfreq(cells) if last else np.fft.fftfreq(cells))
        taps = dilation * (filters[0].size // 2 - np.arange(filters[0].size))
        waves = np.exp(1j * np.outer(frequency, taps))
        return [(waves @ taken).reshape((-1,) + (1,) * (rank - axis - 1)) for taken in filters]

    def _forward(self, z: Array) -> Array:
        spectrum = np.zeros((len(z), *self._spectra.shape[1:]), self._spectra.dtype)
        for band, response in enumerate(self._spectra):
            spectrum += response.conj() * scipy.fft.rfftn(z[:, band], axes=self._axes)
        return np.asarray(scipy.fft.irfftn(spectrum, s=self.range_shape, axes=self._axes, overwrite_x=True))

    def _adjoint(self, x: Array) -> Array:
        spectrum = scipy.fft.rfftn(x, axes=self._axes)
        result = np.empty((len(x), *self.domain_shape), self.dtype)
        for band, response in enumerate(self._spectra):
            result[:, band] = scipy.fft.irfftn(response * spectrum, s=self.range_shape, axes=self._axes)
        return result


class OverCompleteCosines(LinearOperator):
    """Models as sums of cosines whose frequencies lie closer together than a cosine transform's.

    Along an axis of N cells the column of index k is ``cos(pi k (n + 1/2) / (r N))``, k from 0 to r N - 1, with r the
    redundancy; in more dimensions the products of these. The columns form a tight frame, ``E(E.T(x)) = x``; the square
    of a column's norm is ``r**-rank`` on average.

    Parameters
    ----------
    shape : sequence of int
        Shape of the model, with one, two or three dimensions.
    redundancy : int
        Frequencies an axis over the number of its cells; 1 is the cosine transform itself.
    dtype : float64 or float32
        Precision.

    Attributes
    ----------
    domain_shape : tuple of int
        (redundancy**rank, *shape): entry (j, m), with j = 0 .. r - 1 along each axis, is the frequency k = r m + j.
    range_shape : tuple of int
        shape.

    Raises
    ------
    InputError
        If the shape or the redundancy cannot be.

    Notes
    -----
    ``E.T`` pads a model with zeros to r times its size and takes its orthonormal cosine transform of type II: the
    over-complete cosines of Chen, Donoho and Saunders (1998), section 2.1.2.

    Examples
    --------
    >>> E = OverCompleteCosines((4,), redundancy=2)
    >>> E.domain_shape
    (2, 4)
    >>> E(E.T([1.0, 2.0, 3.0, -1.0])).round(12).tolist()
    [1.0, 2.0, 3.0, -1.0]
    """

    def __init__(self, shape: Sequence[int], redundancy: int = 2, dtype: npt.DTypeLike = np.float64) -> None:
        self.range_shape = _checked_shape(type(self).__name__, shape)
        self.dtype = np.dtype(dtype)
        if redundancy != int(redundancy) or redundancy < 1:
            raise InputError(
                f"OverCompleteCosines expects a whole redundancy of 1 or more, got {redundancy}; 2 doubles the "
                "frequencies of every axis"
            )
        self.redundancy = int(redundancy)
        rank = len(self.range_shape)
        self.domain_shape = (self.redundancy**rank, *self.range_shape)
        self._axes = tuple(range(1, rank + 1))
        self._fine_shape = tuple(self.redundancy * n for n in self.range_shape)
        # (batch, m_1, j_1, m_2, j_2, ...) to (batch, j_1, j_2, ..., m_1, m_2, ...)
        self._split_shape = tuple(n for cells in self.range_shape for n in (cells, self.redundancy))
        self._order = (0, *range(2, 2 * rank + 1, 2), *range(1, 2 * rank + 1, 2))

    def _forward(self, z: Array) -> Array:
        rank = len(self.range_shape)
        parts = z.reshape((len(z), *(self.redundancy,) * rank, *self.range_shape))
        fine = parts.transpose(np.argsort(self._order)).reshape((len(z), *self._fine_shape))
        waves = scipy.fft.idctn(fine, axes=self._axes, norm="ortho")
        return np.asarray(waves[(slice(None), *map(slice, self.range_shape))])

    def _adjoint(self, x: Array) -> Array:
        fine = scipy.fft.dctn(x, s=self._fine_shape, axes=self._axes, norm="ortho")
        parts = fine.reshape((len(x), *self._split_shape)).transpose(self._order)
        return np.asarray(parts.reshape((len(x), *self.domain_shape)))


def _checked_shape(owner: str, shape: Sequence[int]) -> tuple[int, ...]:
    """Shape of one to three dimensions, none empty."""
    sizes = tuple(int(n) for n in shape)
    if not 1 <= len(sizes) <= 3 or min(sizes) < 1:
        raise InputError(f"{owner} expects a model of one to three dimensions with cells in each, got shape {sizes}")
    return sizes


def _filters(wavelet: str) -> tuple[Array, Array]:
    """Low-pass and high-pass filters, scaled so that their squared responses add up to one."""
    try:
        import pywt
    except ImportError as error:
        raise InputError(
            f"UndecimatedWavelets expects PyWavelets, got no {error.name}; pip install 'geoinv[learn]'"
        ) from None

    try:
        family = pywt.Wavelet(wavelet)
    except ValueError:
        raise InputError(
            f"UndecimatedWavelets expects an orthogonal wavelet of PyWavelets, got {wavelet!r}; take haar, db2 or sym4"
        ) from None
    if not family.orthogonal:
        raise InputError(
            f"UndecimatedWavelets expects an orthogonal wavelet, for only these make a tight frame, got {wavelet!r}; "
            "take haar, db2 or sym4"
        )
    return np.asarray(family.dec_lo) / np.sqrt(2.0), np.asarray(family.dec_hi) / np.sqrt(2.0)
