"""The base level: a constant that every datum of a component carries, unknown or known."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator

__all__ = ["WithoutBaseLevel"]


class WithoutBaseLevel(LinearOperator):
    """Projection that takes a free constant out of each row of data.

    Applied to data and predictions alike, it makes the misfit what it is after the best constant
    has been fitted: min over c of ``|W (d - c)|^2``, with c the weighted mean.

    Parameters
    ----------
    weights : (components, stations) array
        Diagonal of W, 1/uncertainty.

    Examples
    --------
    >>> WithoutBaseLevel(np.ones((1, 3)))([[1.0, 2.0, 6.0]]).tolist()
    [[-2.0, -1.0, 3.0]]
    """

    def __init__(self, weights: npt.NDArray[np.float64]) -> None:
        squared = np.asarray(weights, np.float64) ** 2
        self.shares = squared / squared.sum(axis=-1, keepdims=True)
        self.domain_shape = self.range_shape = squared.shape
        self.dtype = np.dtype(np.float64)

    def _carried_after(self, inner: LinearOperator) -> dict[str, Any]:
        # data less a constant are of the same stations and unit
        names = ("survey", "data_multiple", "decay_exponent")
        return {name: getattr(inner, name) for name in names if hasattr(inner, name)}

    def level(self, data: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Weighted mean of each row, in the unit of the data."""
        return np.asarray(np.sum(self.shares * data, axis=-1))

    def _forward(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.asarray(x - np.sum(self.shares * x, axis=-1, keepdims=True))

    def _adjoint(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.asarray(y - self.shares * np.sum(y, axis=-1, keepdims=True))
