"""Models as sums of products of three profiles: a small basis with one factor an axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, array_of, finite, shape_text

__all__ = ["SeparableModes", "leading_modes"]

Array = npt.NDArray[Any]


class SeparableModes(LinearOperator):
    """Model of the coefficients of separable modes: ``x[i, j, k] = sum U0[i, a] U1[j, b] U2[k, c] z[a, b, c]``.

    Parameters
    ----------
    factors : sequence of (cells, modes) arrays
        U of each axis; with orthonormal columns the adjoint gives the coefficients of the nearest model.
    dtype : float64 or float32
        Precision.

    Raises
    ------
    InputError
        If a factor is no finite matrix.

    Examples
    --------
    >>> E = SeparableModes([np.eye(4)[:, :2], np.eye(5), np.eye(6)[:, :3]])
    >>> E.domain_shape, E.range_shape, float(E(np.ones(E.domain_shape)).sum())
    ((2, 5, 3), (4, 5, 6), 30.0)
    """

    def __init__(self, factors: Sequence[npt.ArrayLike], dtype: npt.DTypeLike = np.float64) -> None:
        self.dtype = np.dtype(dtype)
        self.factors = tuple(array_of("SeparableModes", "a factor", factor).astype(self.dtype) for factor in factors)
        for factor in self.factors:
            if factor.ndim != 2 or not factor.size:
                raise InputError(
                    f"SeparableModes expects factors of shape (cells, modes), got {shape_text(factor.shape)}"
                )
            finite("SeparableModes", "a factor", factor, "leave out that mode")
        self.range_shape = tuple(factor.shape[0] for factor in self.factors)
        self.domain_shape = tuple(factor.shape[1] for factor in self.factors)

    def _forward(self, x: Array) -> Array:
        return self._along_each_axis(x, [factor.T for factor in self.factors])

    def _adjoint(self, y: Array) -> Array:
        return self._along_each_axis(y, list(self.factors))

    def _along_each_axis(self, values: Array, matrices: Sequence[Array]) -> Array:
        # the first axis after the batch goes last each time, so that the axes end in their order
        for matrix in matrices:
            values = np.tensordot(values, matrix, (1, 0))
        return values


def leading_modes(profiles: npt.ArrayLike, modes: int) -> Array:
    """Orthonormal modes (cells, modes) that hold most of the energy of profiles (samples, cells)."""
    samples = np.asarray(profiles, np.float64)
    _, vectors = np.linalg.eigh(samples.T @ samples)
    return np.asarray(vectors[:, ::-1][:, :modes])
