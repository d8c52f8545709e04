"""A filter of images in the waves of the cosine transform."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.fft

from geoinv.algebra.linear_operator import LinearOperator

__all__ = ["CosineFilter"]

Array = npt.NDArray[Any]


class CosineFilter(LinearOperator):
    """Operator that multiplies every wave of the cosine transform; it is its own adjoint.

    Parameters
    ----------
    factors : (rows, columns) array
        One for each wave.

    Examples
    --------
    >>> mean = CosineFilter(np.array([[1.0, 0.0], [0.0, 0.0]]))
    >>> mean([[1.0, 3.0], [5.0, 7.0]]).round(3).tolist()
    [[4.0, 4.0], [4.0, 4.0]]
    """

    def __init__(self, factors: Array) -> None:
        self.domain_shape = self.range_shape = tuple(factors.shape)
        self.dtype = np.dtype(np.float32)
        self.factors = factors.astype(self.dtype)

    def _forward(self, x: Array) -> Array:
        waves = scipy.fft.dctn(x, axes=(1, 2), norm="ortho") * self.factors
        return np.asarray(scipy.fft.idctn(waves, axes=(1, 2), norm="ortho", overwrite_x=True))

    def _adjoint(self, y: Array) -> Array:
        return self._forward(y)
