"""A blur that goes on beyond its edge, and how NumPy and SciPy name what it goes on with."""

from __future__ import annotations

import numpy as np

from geoinv.algebra.linear_operator import LinearOperator


class Smoothing(LinearOperator):
    """Mean of a cell and its neighbours along each axis, beyond the edge as NumPy's padding says."""

    def __init__(self, shape, padding, dtype="float64", lopsided=False):
        self.domain_shape = self.range_shape = shape
        self.dtype = np.dtype(dtype)
        self.padding, self.weights = padding, (0.1, 0.6, 0.3) if lopsided else (0.25, 0.5, 0.25)

    def _smooth(self, x, weights):
        for axis in range(1, x.ndim):
            wide = np.pad(x, [(1, 1) if a == axis else (0, 0) for a in range(x.ndim)], mode=self.padding)
            cells = x.shape[axis]
            x = sum(w * np.take(wide, range(i, i + cells), axis) for i, w in enumerate(weights))
        return x

    def _forward(self, x):
        return self._smooth(x, self.weights)

    def _adjoint(self, y):
        return self._smooth(y, self.weights[::-1])
