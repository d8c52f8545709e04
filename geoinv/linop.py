"""Linear operators: the base class, the identity, matrices, and those of scipy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.checks import InputError, shape_text
from geoinv.linear_operator import LinearOperator

if TYPE_CHECKING:
    import scipy.sparse.linalg as spla

__all__ = ["Identity", "LinearOperator", "MatrixOperator", "from_scipy"]

Array = npt.NDArray[Any]


class Identity(LinearOperator):
    """The map that changes nothing."""

    def __init__(self, shape: Sequence[int], dtype: npt.DTypeLike = np.float64) -> None:
        self.domain_shape = self.range_shape = tuple(int(n) for n in shape)
        self.dtype = np.dtype(dtype)

    def _forward(self, x: Array) -> Array:
        return x

    def _adjoint(self, y: Array) -> Array:
        return y

    def __matmul__(self, other: LinearOperator) -> LinearOperator:
        """Composition, which is the other operator."""
        return other if other.range_shape == self.domain_shape else super().__matmul__(other)


class MatrixOperator(LinearOperator):
    """Operator of a matrix, dense or sparse.

    Parameters
    ----------
    matrix : (rows, columns) array or scipy.sparse array
        The map.

    Raises
    ------
    InputError
        If it is complex or not two-dimensional.

    Examples
    --------
    >>> A = MatrixOperator([[1.0, 2.0], [0.0, 1.0], [0.0, 0.0]])
    >>> A([1.0, 1.0]).tolist(), A.T([1.0, 1.0, 1.0]).tolist()
    ([3.0, 1.0, 0.0], [1.0, 3.0])
    """

    def __init__(self, matrix: Any) -> None:
        self.matrix = matrix if hasattr(matrix, "tocsr") else np.asarray(matrix)
        _check_matrix("MatrixOperator", self.matrix)
        dtype = np.result_type(self.matrix.dtype, np.float32)
        self.dtype = np.dtype(np.float32) if dtype == np.float32 else np.dtype(np.float64)
        self.range_shape, self.domain_shape = self.matrix.shape[:1], self.matrix.shape[1:]

    def _forward(self, x: Array) -> Array:
        return np.asarray((self.matrix @ x.T).T)

    def _adjoint(self, y: Array) -> Array:
        return np.asarray((self.matrix.T @ y.T).T)


class _FromScipy(LinearOperator):
    def __init__(self, operator: spla.LinearOperator) -> None:
        _check_matrix("from_scipy", operator)
        self.operator = operator
        self.range_shape, self.domain_shape = operator.shape[:1], operator.shape[1:]
        self.dtype = np.dtype(np.float32 if operator.dtype == np.float32 else np.float64)

    def _forward(self, x: Array) -> Array:
        return np.asarray(self.operator.matmat(x.T)).T

    def _adjoint(self, y: Array) -> Array:
        return np.asarray(self.operator.rmatmat(y.T)).T


def _check_matrix(owner: str, matrix: Any) -> None:
    """Refuse what has complex entries, or other than rows and columns."""
    if len(matrix.shape) != 2 or np.dtype(matrix.dtype).kind not in "fiub":
        raise InputError(
            f"{owner} expects a real matrix of shape (rows, columns), got {matrix.dtype} of shape "
            f"{shape_text(matrix.shape)}"
        )


def from_scipy(operator: Any) -> LinearOperator:
    """Operator of a scipy.sparse.linalg.LinearOperator, or of anything ``aslinearoperator`` takes.

    Examples
    --------
    >>> from scipy.sparse import diags_array
    >>> from_scipy(diags_array([1.0, 2.0]))([1.0, 1.0]).tolist()
    [1.0, 2.0]

    Raises
    ------
    InputError
        If it is complex.
    """
    import scipy.sparse.linalg as spla

    return _FromScipy(spla.aslinearoperator(operator))
