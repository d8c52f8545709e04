"""Forward models that need not be linear: what they tell, and the chain rule."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from geoinv.algebra.carried import OF_THE_DOMAIN, OF_THE_RANGE, having
from geoinv.algebra.labelled_map import LabelledMap
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import as_operator
from geoinv.core.checks import InputError, array_of, shape_text

__all__ = ["ForwardModel", "NonlinearOperator", "as_forward_model", "composed"]

Array = npt.NDArray[Any]


@runtime_checkable
class ForwardModel(Protocol):
    """What predicts data from a model: a linear operator, or one that knows its Jacobian."""

    @property
    def domain_shape(self) -> tuple[int, ...]:
        """Shape of a model."""

    @property
    def range_shape(self) -> tuple[int, ...]:
        """Shape of the data."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Precision of the data."""

    def __call__(self, x: Array) -> Array:
        """Data of a model."""

    def linearise(self, x: Array) -> LinearOperator:
        """Jacobian at a model; a linear operator returns itself."""


class NonlinearOperator(LabelledMap, ABC):
    """Forward model that is not linear.

    A subclass sets the attributes and writes :meth:`__call__` and :meth:`linearise`. Where they are there, the
    inversion uses ``mesh``, ``survey``, ``unknown``, ``decay_exponent`` and ``gram_diagonal(weights)`` (for weights
    against depth) as of a linear operator.

    Attributes
    ----------
    domain_shape, range_shape : tuple of int
        Shapes of a model and of its data.
    dtype : numpy.dtype
        float32 or float64: precision of the data.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> class Squares(NonlinearOperator):
    ...     domain_shape = range_shape = (2,)
    ...     def __call__(self, x):
    ...         return np.asarray(x) ** 2
    ...     def linearise(self, x):
    ...         return MatrixOperator(np.diag(2.0 * np.asarray(x)))
    >>> Squares().linearise(np.array([1.0, 3.0]))([1.0, 1.0]).tolist()
    [2.0, 6.0]
    """

    dtype: np.dtype[Any] = np.dtype(np.float64)
    data_multiple: float | None = 1.0

    @abstractmethod
    def __call__(self, x: Array) -> Array:
        """Data of a model."""

    @abstractmethod
    def linearise(self, x: Array) -> LinearOperator:
        """Jacobian at a model."""


class _Composed(NonlinearOperator):
    """``outer(inner(x))``, with the chain rule."""

    def __init__(self, outer: ForwardModel, inner: ForwardModel) -> None:
        self.outer, self.inner = outer, inner
        self.domain_shape, self.range_shape = tuple(inner.domain_shape), tuple(outer.range_shape)
        self.dtype = np.result_type(outer.dtype, inner.dtype)
        self.__dict__.update(having(inner, *OF_THE_DOMAIN) | having(inner, *OF_THE_RANGE) | having(outer, "survey"))

    def __call__(self, x: Array) -> Array:
        return self.outer(self.inner(x))

    def linearise(self, x: Array) -> LinearOperator:
        inner = self.inner.linearise(x)
        if isinstance(self.outer, LinearOperator):
            return self.outer @ inner
        return self.outer.linearise(self.inner(x)) @ inner


class _Alike(NonlinearOperator):
    """What has the members of a forward model without being one."""

    def __init__(self, alike: Any) -> None:
        self.alike = alike
        self.domain_shape = tuple(int(n) for n in alike.domain_shape)
        self.range_shape = tuple(int(n) for n in alike.range_shape)
        told = having(alike, "grid", *OF_THE_DOMAIN, *OF_THE_RANGE, "dtype", "decay_exponent", "gram_diagonal")
        if "grid" in told:
            told.setdefault("mesh", told.pop("grid"))
        self.__dict__.update(told)

    def __call__(self, x: Array) -> Array:
        return array_of(self.name, "what it gives", self.alike(x), shape=self.range_shape)

    def linearise(self, x: Array) -> LinearOperator:
        jacobian = as_operator(f"{self.name}.linearise", self.alike.linearise(x))
        shapes = jacobian.domain_shape, jacobian.range_shape
        if shapes != (self.domain_shape, self.range_shape):
            raise InputError(
                f"{self.name}.linearise expects a Jacobian from {shape_text(self.domain_shape)} to "
                f"{shape_text(self.range_shape)}, got one from {shape_text(shapes[0])} to {shape_text(shapes[1])}"
            )
        return jacobian

    @property
    def name(self) -> str:
        return str(getattr(self.alike, "name", type(self.alike).__name__))


def as_forward_model(owner: str, given: Any) -> LinearOperator | NonlinearOperator:
    """Forward model of what may stand for one.

    Parameters
    ----------
    owner : str
        Who asks, for the error.
    given : Any
        What :func:`geoinv.algebra.matrices.as_operator` takes, a :class:`NonlinearOperator`, or any object with
        ``domain_shape``, ``range_shape``, ``A(x)`` and ``A.linearise(x)``.

    Raises
    ------
    InputError
        If it is none of these.
    """
    if isinstance(given, (LinearOperator, NonlinearOperator)):
        return given
    if callable(given) and all(hasattr(given, member) for member in ("domain_shape", "range_shape", "linearise")):
        return _Alike(given)
    return as_operator(owner, given)


def composed(
    outer: LinearOperator | NonlinearOperator, inner: LinearOperator | NonlinearOperator
) -> LinearOperator | NonlinearOperator:
    """``outer(inner(x))``: a linear operator where both are.

    Raises
    ------
    InputError
        If their shapes do not fit.
    """
    if isinstance(outer, LinearOperator) and isinstance(inner, LinearOperator):
        return outer @ inner
    if tuple(outer.domain_shape) != tuple(inner.range_shape):
        raise InputError(
            f"{outer.name} of {inner.name} expects {inner.name} to give {shape_text(outer.domain_shape)}, it gives "
            f"{shape_text(inner.range_shape)}"
        )
    return _Composed(outer, inner)
