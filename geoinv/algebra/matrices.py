"""Linear operators without a physics: the identity, matrices, those of scipy, and what stands for an operator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.carried import OF_THE_DOMAIN, OF_THE_RANGE, having
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, array_of, finite, refuse_masked, shape_text

if TYPE_CHECKING:
    import scipy.sparse.linalg as spla

__all__ = ["Identity", "MatrixOperator", "as_operator", "from_scipy"]

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
        The map; kept as it is given, not copied.

    Raises
    ------
    InputError
        If it is complex or not two-dimensional, or values are masked or not finite.

    Examples
    --------
    >>> A = MatrixOperator([[1.0, 2.0], [0.0, 1.0], [0.0, 0.0]])
    >>> A([1.0, 1.0]).tolist(), A.T([1.0, 1.0, 1.0]).tolist()
    ([3.0, 1.0, 0.0], [1.0, 3.0])
    """

    def __init__(self, matrix: Any) -> None:
        refuse_masked("MatrixOperator", "the matrix", matrix)
        self.matrix: Any = matrix if hasattr(matrix, "tocsr") else np.asarray(matrix)
        _check_matrix("MatrixOperator", self.matrix)
        entries = matrix.tocoo().data if hasattr(matrix, "tocsr") else self.matrix
        finite("MatrixOperator", "entries of the matrix", entries, "leave out the rows without a value")
        dtype = np.result_type(self.matrix.dtype, np.float32)
        self.dtype = np.dtype(np.float32) if dtype == np.float32 else np.dtype(np.float64)
        self.range_shape, self.domain_shape = self.matrix.shape[:1], self.matrix.shape[1:]

    def _forward(self, x: Array) -> Array:
        return np.asarray((self.matrix @ x.T).T)

    def _adjoint(self, y: Array) -> Array:
        return np.asarray((self.matrix.T @ y.T).T)

    def gram_diagonal(self, weights: npt.ArrayLike = 1.0) -> npt.NDArray[np.float64]:
        """Diagonal of ``A' W^2 A``.

        Parameters
        ----------
        weights : array_like
            Diagonal of W, broadcast to (rows,): 1/uncertainty, not its square.
        """
        squared = np.broadcast_to(np.asarray(weights, np.float64) ** 2, self.range_shape)
        if hasattr(self.matrix, "tocsr"):
            return np.asarray(self.matrix.astype(np.float64).power(2).T @ squared)
        return np.asarray(np.einsum("rc,rc,r->c", self.matrix, self.matrix, squared, dtype=np.float64))


class _FromScipy(LinearOperator):
    def __init__(self, operator: spla.LinearOperator) -> None:
        _check_matrix("from_scipy", operator)
        self.operator = operator
        self.range_shape, self.domain_shape = operator.shape[:1], operator.shape[1:]
        self.dtype = np.dtype(np.float32 if operator.dtype == np.float32 else np.float64)

    def _forward(self, x: Array) -> Array:
        return np.asarray(self.operator.matmat(x.T)).T

    def _adjoint(self, y: Array) -> Array:
        try:
            return np.asarray(self.operator.rmatmat(y.T)).T
        except (NotImplementedError, TypeError) as error:
            # what scipy does where nothing was given depends on how its operator was made
            raise InputError(
                f"the adjoint of a scipy operator expects its rmatvec, which it lacks or cannot apply ({error}); give "
                "scipy.sparse.linalg.LinearOperator(shape, matvec=..., rmatvec=...)"
            ) from error


class _Alike(LinearOperator):
    """What has the members of an operator without being one, as an operator."""

    def __init__(self, alike: Any) -> None:
        self.alike = alike
        self.domain_shape = tuple(int(n) for n in alike.domain_shape)
        self.range_shape = tuple(int(n) for n in alike.range_shape)
        self.dtype = np.dtype(np.float32 if np.dtype(alike.dtype) == np.float32 else np.float64)
        self.__dict__.update(having(alike, *OF_THE_DOMAIN, *OF_THE_RANGE, "decay_exponent", "gram_diagonal"))

    def _forward(self, x: Array) -> Array:
        # one at a time: the members that invert asks for say nothing of batches
        return np.stack([self._image(self.alike(item), self.range_shape) for item in x])

    def _adjoint(self, y: Array) -> Array:
        adjoint = self.alike.T
        return np.stack([self._image(adjoint(item), self.domain_shape) for item in y])

    def _image(self, values: Any, shape: tuple[int, ...]) -> Array:
        return array_of(self.name, "what it gives", values, shape=shape)

    @property
    def name(self) -> str:
        return str(getattr(self.alike, "name", type(self.alike).__name__))

    @property
    def domain_names(self) -> tuple[str, ...]:
        return tuple(getattr(self.alike, "domain_names", ()))

    @property
    def range_names(self) -> tuple[str, ...]:
        return tuple(getattr(self.alike, "range_names", ()))


def _check_matrix(owner: str, matrix: Any) -> None:
    """Reject what has complex entries, or other than rows and columns."""
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


def as_operator(owner: str, given: Any) -> LinearOperator:
    """Operator of what may stand for one: an operator, a matrix, SciPy's, or what has the members of one.

    Parameters
    ----------
    owner : str
        Who asks, for the error.
    given : Any
        A :class:`LinearOperator`; a real matrix, dense or sparse; a scipy.sparse.linalg.LinearOperator; or any object
        with ``domain_shape``, ``range_shape``, ``dtype``, ``A(x)`` and ``A.T(y)``.

    Raises
    ------
    InputError
        If it is none of these.

    Examples
    --------
    >>> as_operator("invert", np.eye(2))
    MatrixOperator: (2,) to (2,), float64
    """
    if isinstance(given, LinearOperator):
        return given
    if all(hasattr(given, member) for member in ("domain_shape", "range_shape", "dtype", "T")) and callable(given):
        return _Alike(given)
    if hasattr(given, "matvec"):
        return from_scipy(given)
    if hasattr(given, "tocsr") or isinstance(given, (np.ndarray, list, tuple)):
        return MatrixOperator(given)
    raise InputError(
        f"{owner} expects a LinearOperator, a matrix or a scipy.sparse.linalg.LinearOperator as A, got "
        f"{type(given).__name__}; derive its class from geoinv.LinearOperator, or give its matrix"
    )
