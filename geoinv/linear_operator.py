"""What a linear operator is: five members to write one, and what follows from them."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.backend import array_module, library_of, memory_refusals
from geoinv.checks import InputError, shape_text

if TYPE_CHECKING:
    import scipy.sparse.linalg as spla

__all__ = ["LinearOperator"]

Array = npt.NDArray[Any]


class LinearOperator(ABC):
    """Linear map between arrays, with its exact adjoint.

    A subclass sets the attributes below and writes :meth:`_forward` and :meth:`_adjoint`, which
    map arrays with exactly one leading batch dimension.

    Attributes
    ----------
    domain_shape, range_shape : tuple of int
        Shapes of what it takes and gives, without batch dimensions.
    dtype : numpy.dtype
        float32 or float64: precision of what it gives.
    device_arrays : bool
        Whether :meth:`_forward` and :meth:`_adjoint` also map CuPy arrays, which stay on their GPU.
    """

    domain_shape: tuple[int, ...]
    range_shape: tuple[int, ...]
    dtype: np.dtype[Any]
    device_arrays: bool = False

    # a NumPy scalar or array on the left leaves the arithmetic to the operator
    __array_ufunc__ = None

    @abstractmethod
    def _forward(self, x: Array) -> Array:
        """Map (batch, *domain_shape) to (batch, *range_shape)."""

    @abstractmethod
    def _adjoint(self, y: Array) -> Array:
        """Map (batch, *range_shape) to (batch, *domain_shape)."""

    def _stacked(self, x: Array) -> Array:
        """Map (batch, *domain_shape) of any type and strides, in the library that the array belongs to."""
        library = array_module(x)
        values = library.ascontiguousarray(x, dtype=self.dtype)
        if library is np:
            image = self._forward(values)
        else:
            with values.device, memory_refusals(self.name):
                on_host = not self.device_arrays
                image = library.asarray(self._forward(values.get())) if on_host else self._forward(values)
        result: Array = library.asarray(image, dtype=self.dtype).reshape((len(x), *self.range_shape))
        return result

    def __call__(self, x: npt.ArrayLike, out: Array | None = None) -> Array:
        """Apply the operator.

        Parameters
        ----------
        x : (..., *domain_shape) array
            Leading dimensions are a batch. NumPy array or what makes one, CuPy array, or PyTorch tensor.
        out : (..., *range_shape) array, optional
            Receives the result; not for tensors.

        Returns
        -------
        (..., *range_shape) array of :attr:`dtype`, `out` where it was given; of the kind of `x` and on its GPU. A
        tensor comes back in its own precision, with its derivatives (:func:`geoinv.as_torch`).

        Raises
        ------
        InputError
            If a shape does not fit, the values are not real numbers, or a GPU has no memory left.
        """
        if library_of(x) == "torch":
            tensor: Array = self._of_tensor(x, out)
            return tensor
        library = array_module(x)
        values: Array = library.asarray(x)
        if values.dtype.kind not in "fiub":
            raise InputError(f"{self.name} expects real numbers, got {values.dtype}; convert them to {self.dtype}")
        rank = len(self.domain_shape)
        split = values.ndim - rank
        if split < 0 or values.shape[split:] != self.domain_shape:
            flat = values.size == int(np.prod(self.domain_shape))
            remedy = f"reshape it with x.reshape({self.domain_shape})" if flat else "leading dimensions are a batch"
            raise InputError(
                f"{self.name} expects an array of shape {shape_text(self.domain_shape, self.domain_names)}, "
                f"got {shape_text(values.shape)}; {remedy}"
            )
        batch = values.shape[:split]
        result_shape = batch + self.range_shape
        in_kind = out is None or isinstance(out, library.ndarray)
        if not in_kind:
            kind = "NumPy" if library is np else "CuPy"
            raise InputError(f"{self.name} expects out to be a {kind} array, got {type(out).__name__}")
        if out is not None and (out.shape != result_shape or out.dtype != self.dtype):
            raise InputError(
                f"{self.name} expects out of shape {shape_text(result_shape)} and type {self.dtype}, "
                f"got {shape_text(out.shape)} and {out.dtype}"
            )
        stacked = values.reshape((-1, *self.domain_shape))
        images = self._stacked(stacked) if len(stacked) else library.zeros((0, *self.range_shape), self.dtype)
        result: Array = images.reshape(result_shape)
        if out is None:
            return result.copy() if library.may_share_memory(result, values) else result
        out[...] = result
        return out

    def _of_tensor(self, x: Any, out: Any) -> Any:
        """Image of a PyTorch tensor, by the bridge; found by name, as it lies above and is PyTorch's only home."""
        if out is not None:
            raise InputError(f"{self.name} expects no out beside a tensor; copy the result with out.copy_")
        return importlib.import_module("geoinv.learned.bridge").as_torch(self)(x)

    @property
    def name(self) -> str:
        """What the operator is called in errors."""
        return type(self).__name__

    @property
    def domain_names(self) -> tuple[str, ...]:
        """Names of the domain's dimensions, for errors."""
        return ()

    @property
    def range_names(self) -> tuple[str, ...]:
        """Names of the range's dimensions, for errors."""
        return ()

    @property
    def T(self) -> LinearOperator:
        """The adjoint, an operator of its own; ``A.T.T is A``."""
        adjoint: LinearOperator | None = self.__dict__.get("_adjoint_operator")
        if adjoint is None:
            adjoint = self.__dict__["_adjoint_operator"] = _Adjoint(self)
        return adjoint

    def __add__(self, other: LinearOperator) -> LinearOperator:
        """Sum of two operators of the same shapes."""
        return _Sum(self, other) if isinstance(other, LinearOperator) else NotImplemented

    def __sub__(self, other: LinearOperator) -> LinearOperator:
        """Difference of two operators of the same shapes."""
        return _Sum(self, -other) if isinstance(other, LinearOperator) else NotImplemented

    def __neg__(self) -> LinearOperator:
        """Operator of the opposite sign."""
        return _Scaled(self, -1.0)

    def __mul__(self, factor: float) -> LinearOperator:
        """Multiple of the operator."""
        return _Scaled(self, float(factor)) if isinstance(factor, (int, float, np.number)) else NotImplemented

    __rmul__ = __mul__

    def __matmul__(self, other: LinearOperator) -> LinearOperator:
        """Composition: ``(A @ B)(x) = A(B(x))``."""
        return _Composition(self, other) if isinstance(other, LinearOperator) else NotImplemented

    def to_dense(self) -> Array:
        """Matrix (range size, domain size) of the operator; for small ones."""
        columns, rows = int(np.prod(self.domain_shape)), int(np.prod(self.range_shape))
        matrix = np.empty((rows, columns), self.dtype)
        block = max(1, int(2**24 // max(1, columns + rows)))
        for start in range(0, columns, block):
            stop = min(start + block, columns)
            units = np.zeros((stop - start, columns), self.dtype)
            units[np.arange(stop - start), np.arange(start, stop)] = 1.0
            matrix[:, start:stop] = self(units.reshape((-1, *self.domain_shape))).reshape(stop - start, rows).T
        return matrix

    def dot_test(self, draws: int = 8, seed: int = 0) -> float:
        """Worst of ``|<A x, y> - <x, A' y>| / (|A x| |y|)`` over random pairs.

        Zero but for rounding where the adjoint is exact; inner products in float64.
        """
        random = np.random.default_rng(seed)
        worst = 0.0
        for _ in range(draws):
            x = random.standard_normal(self.domain_shape).astype(self.dtype)
            y = random.standard_normal(self.range_shape).astype(self.dtype)
            forward, adjoint = self(x).astype(np.float64), self.T(y).astype(np.float64)
            scale = float(np.linalg.norm(forward) * np.linalg.norm(y.astype(np.float64)))
            mismatch = abs(float(np.vdot(forward, y)) - float(np.vdot(x, adjoint)))
            worst = max(worst, mismatch / scale if scale > 0 else mismatch)
        return worst

    def norm(self, seed: int = 0) -> float:
        """Largest singular value."""
        columns, rows = int(np.prod(self.domain_shape)), int(np.prod(self.range_shape))
        if min(columns, rows) <= 16:
            return float(np.linalg.norm((self if columns <= rows else self.T).to_dense().astype(np.float64), 2))
        import scipy.sparse.linalg as spla

        random = np.random.default_rng(seed)
        if not self(random.standard_normal(self.domain_shape)).any():
            return 0.0
        start = random.standard_normal(min(columns, rows))
        values = spla.svds(self.to_scipy(), k=1, v0=start, return_singular_vectors=False, random_state=seed)
        return float(values[0])

    def to_scipy(self) -> spla.LinearOperator:
        """Return the same map as a scipy.sparse.linalg.LinearOperator on flat vectors."""
        import scipy.sparse.linalg as spla

        columns, rows = int(np.prod(self.domain_shape)), int(np.prod(self.range_shape))

        def matmat(operator: LinearOperator, x: Array) -> Array:
            batch = np.moveaxis(x, -1, 0).reshape((-1, *operator.domain_shape))
            return np.moveaxis(operator(batch).reshape(batch.shape[0], -1), 0, -1)

        return spla.LinearOperator(
            shape=(rows, columns),
            dtype=self.dtype,
            matvec=lambda x: self(np.reshape(x, self.domain_shape)).ravel(),
            rmatvec=lambda y: self.T(np.reshape(y, self.range_shape)).ravel(),
            matmat=lambda x: matmat(self, x),
            rmatmat=lambda y: matmat(self.T, y),
        )


class _Adjoint(LinearOperator):
    def __init__(self, operator: LinearOperator) -> None:
        self.operator = operator
        self.domain_shape, self.range_shape = operator.range_shape, operator.domain_shape
        self.dtype = operator.dtype
        self.device_arrays = operator.device_arrays

    def _forward(self, x: Array) -> Array:
        return self.operator._adjoint(x)

    def _adjoint(self, y: Array) -> Array:
        return self.operator._forward(y)

    @property
    def T(self) -> LinearOperator:
        return self.operator

    @property
    def name(self) -> str:
        return f"{self.operator.name}.T"

    @property
    def domain_names(self) -> tuple[str, ...]:
        return self.operator.range_names

    @property
    def range_names(self) -> tuple[str, ...]:
        return self.operator.domain_names


class _Sum(LinearOperator):
    def __init__(self, first: LinearOperator, second: LinearOperator) -> None:
        if (first.domain_shape, first.range_shape) != (second.domain_shape, second.range_shape):
            raise InputError(
                f"a sum expects operators of the same shapes, got {first.name} {first.domain_shape} to "
                f"{first.range_shape} and {second.name} {second.domain_shape} to {second.range_shape}"
            )
        self.first, self.second = first, second
        self.domain_shape, self.range_shape = first.domain_shape, first.range_shape
        self.dtype = np.result_type(first.dtype, second.dtype)
        self.device_arrays = first.device_arrays and second.device_arrays

    def _forward(self, x: Array) -> Array:
        return self.first._stacked(x) + self.second._stacked(x)

    def _adjoint(self, y: Array) -> Array:
        return self.first.T._stacked(y) + self.second.T._stacked(y)


class _Scaled(LinearOperator):
    def __init__(self, operator: LinearOperator, factor: float) -> None:
        self.operator, self.factor = operator, factor
        self.domain_shape, self.range_shape = operator.domain_shape, operator.range_shape
        self.dtype = operator.dtype
        self.device_arrays = operator.device_arrays

    def _forward(self, x: Array) -> Array:
        return self.factor * self.operator._stacked(x)

    def _adjoint(self, y: Array) -> Array:
        return self.factor * self.operator.T._stacked(y)


class _Composition(LinearOperator):
    def __init__(self, outer: LinearOperator, inner: LinearOperator) -> None:
        if outer.domain_shape != inner.range_shape:
            raise InputError(
                f"{outer.name} @ {inner.name} expects {inner.name} to give {shape_text(outer.domain_shape)}, "
                f"it gives {shape_text(inner.range_shape)}"
            )
        self.outer, self.inner = outer, inner
        self.domain_shape, self.range_shape = inner.domain_shape, outer.range_shape
        self.dtype = np.result_type(outer.dtype, inner.dtype)
        self.device_arrays = outer.device_arrays and inner.device_arrays

    def _forward(self, x: Array) -> Array:
        return self.outer._stacked(self.inner._stacked(x))

    def _adjoint(self, y: Array) -> Array:
        return self.inner.T._stacked(self.outer.T._stacked(y))
