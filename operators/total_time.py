"""Total time: what the finish line knows of a race in several legs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.backend import array_module
from geoinv.core.checks import array_of, choice, positive

__all__ = ["TotalTime"]


class TotalTime(LinearOperator):
    """Sum of the times of all legs of a race: the row [1 1] of a duathlon.

    Parameters
    ----------
    legs : int
        How many legs the race has.
    dtype : str
        ``"float64"`` or ``"float32"``.

    Raises
    ------
    InputError
        If there is no leg.

    Notes
    -----
    Example 2.1 of Eliasof, Haber and Treister (2024, arXiv 2402.04653).

    Examples
    --------
    >>> A = TotalTime()
    >>> A([3.0, 4.5]).tolist(), A.T([2.0]).tolist()
    ([7.5], [2.0, 2.0])
    """

    device_arrays = True

    def __init__(self, legs: int = 2, dtype: npt.DTypeLike = "float64") -> None:
        positive("TotalTime", "legs", array_of("TotalTime", "legs", legs, shape=()), "give the number of legs")
        choice("TotalTime", "dtype", np.dtype(dtype).name, ("float64", "float32"))
        self.domain_shape, self.range_shape = (int(legs),), (1,)
        self.dtype = np.dtype(dtype)

    def _forward(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return x.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]

    def _adjoint(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return array_module(y).repeat(y, self.domain_shape[0], axis=1)  # type: ignore[no-any-return]

    @property
    def domain_names(self) -> tuple[str, ...]:
        """Name of the times' dimension."""
        return ("leg",)
