"""What a linear operator is: five members to write one, and what follows from them."""

from __future__ import annotations

import math
import weakref
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra import as_matrix
from geoinv.algebra.array_map import ArrayMap
from geoinv.algebra.carried import OF_THE_DOMAIN, OF_THE_RANGE, carried_by_sum, having, scaled_gram_diagonal
from geoinv.core.checks import InputError, shape_text

if TYPE_CHECKING:
    import pylops
    import scipy.sparse.linalg as spla

__all__ = ["LinearOperator"]

Array = npt.NDArray[Any]


class LinearOperator(ArrayMap):
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
    parts : tuple of LinearOperator
        Operators that a sum, a multiple, a composition or an adjoint is made of.
    data_multiple : float or None
        What the data are of what ``survey.components`` names: 1, another multiple, or None for another combination.

    Notes
    -----
    Where they are there, the inversion uses ``grid`` (cells of the domain), ``survey`` (stations of the range),
    ``unknown`` (what a model is), ``gram_diagonal(weights)`` (diagonal of A' W^2 A) and ``decay_exponent`` (power of
    the distance that the response of a cell falls with). Sums, multiples and compositions have what stays true.
    """

    parts: tuple[LinearOperator, ...] = ()
    data_multiple: float | None = 1.0

    # a NumPy scalar or array on the left leaves the arithmetic to the operator
    __array_ufunc__ = None

    @property
    def T(self) -> LinearOperator:
        """The adjoint, an operator of its own; ``A.T.T is A``, and ``A.T is A.T`` while one of them is held."""
        # the adjoint holds the operator; the operator does not hold it, so that both go when the last user goes
        known: weakref.ref[LinearOperator] | None = self.__dict__.get("_adjoint_operator")
        adjoint = None if known is None else known()
        if adjoint is None:
            adjoint = _Adjoint(self)
            self.__dict__["_adjoint_operator"] = weakref.ref(adjoint)
        return adjoint

    def __getstate__(self) -> dict[str, Any]:
        """What is copied and stored: all but the reference to the adjoint, which is made anew."""
        return {name: value for name, value in self.__dict__.items() if name != "_adjoint_operator"}

    def __add__(self, other: LinearOperator) -> LinearOperator:
        """Sum of two operators of the same shapes."""
        return _Sum(self, other) if isinstance(other, LinearOperator) else NotImplemented

    def __sub__(self, other: LinearOperator) -> LinearOperator:
        """Difference of two operators of the same shapes."""
        return _Sum(self, -other) if isinstance(other, LinearOperator) else NotImplemented

    def __neg__(self) -> LinearOperator:
        """Operator of the opposite sign."""
        return -1.0 * self

    def __mul__(self, factor: float) -> LinearOperator:
        """Multiple of the operator."""
        return _Scaled(self, float(factor)) if isinstance(factor, (int, float, np.number)) else NotImplemented

    __rmul__ = __mul__

    def __matmul__(self, other: LinearOperator) -> LinearOperator:
        """Composition: ``(A @ B)(x) = A(B(x))``."""
        return _Composition(self, other) if isinstance(other, LinearOperator) else NotImplemented

    def linearise(self, x: Array) -> LinearOperator:
        """Jacobian at a model: the operator itself, wherever that is."""
        return self

    def _carried_after(self, inner: LinearOperator) -> dict[str, Any]:
        """What ``self @ inner`` has of the range's things; an operator between data of one kind passes them on."""
        return having(self, *OF_THE_RANGE)

    def to_dense(self) -> Array:
        """Matrix (range size, domain size) of the operator; for small ones."""
        return as_matrix.dense(self)

    def dot_test(self, draws: int = 8, seed: int = 0) -> float:
        """Worst of ``|<A x, y> - <x, A' y>| / (|A x| |y|)`` over random pairs.

        Zero but for rounding where the adjoint is exact; inner products in float64.
        """
        return as_matrix.worst_mismatch(self, draws, seed)

    def norm(self, seed: int = 0) -> float:
        """Largest singular value, to the operator's own rounding."""
        return as_matrix.norm(self, seed)

    def to_scipy(self) -> spla.LinearOperator:
        """Return the same map as a scipy.sparse.linalg.LinearOperator on flat vectors."""
        return as_matrix.of_scipy(self)

    def to_pylops(self) -> pylops.LinearOperator:
        """Return the same map as a pylops.LinearOperator with dims and dimsd."""
        from geoinv.algebra.pylops_operator import of_pylops

        return of_pylops(self)


class _Adjoint(LinearOperator):
    def __init__(self, operator: LinearOperator) -> None:
        self.operator, self.parts = operator, (operator,)
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
        return f"{_grouped(self.operator)}.T"

    @property
    def domain_names(self) -> tuple[str, ...]:
        return self.operator.range_names

    @property
    def range_names(self) -> tuple[str, ...]:
        return self.operator.domain_names

    @property
    def domain_labels(self) -> dict[str, Any]:
        return self.operator.range_labels

    @property
    def range_labels(self) -> dict[str, Any]:
        return self.operator.domain_labels


class _Sum(LinearOperator):
    def __init__(self, first: LinearOperator, second: LinearOperator) -> None:
        if (first.domain_shape, first.range_shape) != (second.domain_shape, second.range_shape):
            raise InputError(
                f"a sum expects operators of the same shapes, got {first.name} {first.domain_shape} to "
                f"{first.range_shape} and {second.name} {second.domain_shape} to {second.range_shape}"
            )
        self.first, self.second = self.parts = (first, second)
        self.domain_shape, self.range_shape = first.domain_shape, first.range_shape
        self.dtype = np.result_type(first.dtype, second.dtype)
        self.device_arrays = first.device_arrays and second.device_arrays
        self.__dict__.update(carried_by_sum(first, second))

    def _forward(self, x: Array) -> Array:
        return self.first._stacked(x) + self.second._stacked(x)

    def _adjoint(self, y: Array) -> Array:
        return self.first.T._stacked(y) + self.second.T._stacked(y)

    @property
    def name(self) -> str:
        return f"{self.first.name} + {self.second.name}"

    @property
    def domain_names(self) -> tuple[str, ...]:
        return _common(self.first.domain_names, self.second.domain_names)

    @property
    def range_names(self) -> tuple[str, ...]:
        return _common(self.first.range_names, self.second.range_names)


class _Scaled(LinearOperator):
    def __init__(self, operator: LinearOperator, factor: float) -> None:
        if not math.isfinite(factor):
            raise InputError(f"a multiple of {operator.name} expects a finite factor, got {factor}")
        self.operator, self.factor, self.parts = operator, factor, (operator,)
        self.domain_shape, self.range_shape = operator.domain_shape, operator.range_shape
        self.dtype = operator.dtype
        self.device_arrays = operator.device_arrays
        self.__dict__.update(having(operator, *OF_THE_DOMAIN, *OF_THE_RANGE, "decay_exponent"))
        multiple = operator.data_multiple
        self.data_multiple = None if multiple is None else factor * multiple
        if hasattr(operator, "gram_diagonal"):
            # no method: a multiple has it where the operator has it
            self.gram_diagonal = partial(scaled_gram_diagonal, operator, factor)

    def __mul__(self, factor: float) -> LinearOperator:
        """Multiple of the operator that this is a multiple of."""
        multiple = super().__mul__(factor)
        return self.operator * (multiple.factor * self.factor) if isinstance(multiple, _Scaled) else multiple

    __rmul__ = __mul__

    def _carried_after(self, inner: LinearOperator) -> dict[str, Any]:
        carried = self.operator._carried_after(inner)
        multiple = carried["data_multiple"]
        return carried | {"data_multiple": None if multiple is None else self.factor * multiple}

    def _forward(self, x: Array) -> Array:
        return self.factor * self.operator._stacked(x)

    def _adjoint(self, y: Array) -> Array:
        return self.factor * self.operator.T._stacked(y)

    @property
    def name(self) -> str:
        return f"{self.factor:g} * {_grouped(self.operator)}"

    @property
    def domain_names(self) -> tuple[str, ...]:
        return self.operator.domain_names

    @property
    def range_names(self) -> tuple[str, ...]:
        return self.operator.range_names


class _Composition(LinearOperator):
    def __init__(self, outer: LinearOperator, inner: LinearOperator) -> None:
        if outer.domain_shape != inner.range_shape:
            raise InputError(
                f"{outer.name} @ {inner.name} expects {inner.name} to give {shape_text(outer.domain_shape)}, "
                f"it gives {shape_text(inner.range_shape)}"
            )
        self.outer, self.inner = self.parts = (outer, inner)
        self.domain_shape, self.range_shape = inner.domain_shape, outer.range_shape
        self.dtype = np.result_type(outer.dtype, inner.dtype)
        self.device_arrays = outer.device_arrays and inner.device_arrays
        self.__dict__.update(having(inner, *OF_THE_DOMAIN) | outer._carried_after(inner))

    def _forward(self, x: Array) -> Array:
        return self.outer._stacked(self.inner._stacked(x))

    def _adjoint(self, y: Array) -> Array:
        return self.inner.T._stacked(self.outer.T._stacked(y))

    @property
    def name(self) -> str:
        return f"{_grouped(self.outer)} @ {_grouped(self.inner)}"

    @property
    def domain_names(self) -> tuple[str, ...]:
        return self.inner.domain_names

    @property
    def range_names(self) -> tuple[str, ...]:
        return self.outer.range_names


def _common(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return first if first == second else ()


def _grouped(operator: LinearOperator) -> str:
    """Name of an operator that may stand beside a sign."""
    return f"({operator.name})" if isinstance(operator, (_Sum, _Scaled)) else operator.name
