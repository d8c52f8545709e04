"""Forward and adjoint of another library, or on another kind of array, as a geoinv operator: for its dot test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv import LinearOperator

__all__ = ["Wrapped"]

Array = npt.NDArray[Any]


class Wrapped(LinearOperator):
    """Operator of two functions of NumPy arrays with one leading batch dimension."""

    def __init__(
        self,
        domain_shape: tuple[int, ...],
        range_shape: tuple[int, ...],
        forward: Callable[[Array], Array],
        adjoint: Callable[[Array], Array],
        dtype: npt.DTypeLike = "float64",
    ) -> None:
        self.domain_shape, self.range_shape, self.dtype = domain_shape, range_shape, np.dtype(dtype)
        self._functions = forward, adjoint

    def _forward(self, x: Array) -> Array:
        return self._functions[0](x)

    def _adjoint(self, y: Array) -> Array:
        return self._functions[1](y)
