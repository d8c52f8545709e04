"""A matrix with data sets of unequal noise, and the methods that take them."""

from __future__ import annotations

import numpy as np

from geoinv.algebra.linear_operator import LinearOperator

_random = np.random.default_rng(8)
MATRIX = _random.standard_normal((7, 10))
DATA = _random.standard_normal((2, 3, 7))
NOISE = _random.uniform(0.5, 2.0, (2, 3))


class OnArrays(LinearOperator):
    """A matrix that acts on signals, pictures or volumes."""

    def __init__(self, matrix, shape):
        self.matrix = matrix
        self.domain_shape, self.range_shape, self.dtype = shape, matrix.shape[:1], matrix.dtype

    def _forward(self, x):
        return x.reshape(len(x), -1) @ self.matrix.T

    def _adjoint(self, y):
        return (y @ self.matrix).reshape(-1, *self.domain_shape)


def variation(x):
    """Isotropic total variation, cell by cell."""
    squares = sum(np.diff(x, axis=axis, append=np.take(x, [-1], axis)) ** 2 for axis in range(x.ndim))
    return np.sqrt(squares).sum()
