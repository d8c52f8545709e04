"""Matrices, and operators made of them."""

from __future__ import annotations

import numpy as np

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import MatrixOperator

_random = np.random.default_rng(0)
M = _random.standard_normal((6, 4))
N = _random.standard_normal((6, 4))
K = _random.standard_normal((4, 3))
A, B, C = MatrixOperator(M), MatrixOperator(N), MatrixOperator(K)
X = _random.standard_normal(4)


class Shift(LinearOperator):
    """Moves the columns of a picture by one; `wrong` makes the adjoint move them the same way."""

    def __init__(self, wrong: bool = False) -> None:
        self.domain_shape, self.range_shape = (3, 5), (3, 5)
        self.dtype = np.dtype(np.float64)
        self.back = 1 if wrong else -1

    def _forward(self, x):
        return np.roll(x, 1, axis=-1)

    def _adjoint(self, y):
        return np.roll(y, self.back, axis=-1)

    @property
    def domain_names(self) -> tuple[str, ...]:
        return ("row", "column")
