"""Operators in blocks: data of several kinds from one model, and several models that each have data of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.carried import OF_THE_DOMAIN
from geoinv.algebra.gram import gram_diagonal
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, shape_text

__all__ = ["BlockDiagonal", "Stack"]

Array = npt.NDArray[Any]


class _Blocks(LinearOperator):
    """Operators of one domain shape, whose data stand one after another in a vector.

    Attributes
    ----------
    slices : tuple of slice
        Place of each operator's data.
    """

    def __init__(self, operators: Sequence[LinearOperator]) -> None:
        self.parts = tuple(operators)
        if not self.parts:
            raise InputError(f"{type(self).__name__} expects at least one operator, got none")
        first = self.parts[0]
        for other in self.parts[1:]:
            if other.domain_shape != first.domain_shape:
                raise InputError(
                    f"{type(self).__name__} expects operators of one domain, got {first.name} of "
                    f"{shape_text(first.domain_shape)} and {other.name} of {shape_text(other.domain_shape)}; make "
                    "them on one mesh"
                )
        ends = np.cumsum([0, *(math.prod(part.range_shape) for part in self.parts)])
        self.slices = tuple(slice(low, high) for low, high in pairwise(ends.tolist()))
        self.range_shape = (int(ends[-1]),)
        self.dtype = np.result_type(*(part.dtype for part in self.parts))

    @property
    def name(self) -> str:
        """Name of the block operator with those of its parts."""
        return f"{type(self).__name__}({', '.join(part.name for part in self.parts)})"

    def _images(self, models: Sequence[Array]) -> Array:
        """Data of a model (batch, *domain_shape) for each part, side by side."""
        images = [part._stacked(model) for part, model in zip(self.parts, models, strict=True)]
        return np.concatenate([image.reshape(len(image), -1) for image in images], axis=-1)

    def _back(self, y: Array) -> list[Array]:
        """Adjoint of each part for its own data."""
        return [
            part.T._stacked(y[:, place].reshape(len(y), *part.range_shape))
            for part, place in zip(self.parts, self.slices, strict=True)
        ]


class Stack(_Blocks):
    """Data of several operators of one model, one after another in a vector: ``[A x, B x, ...]``.

    Mesh and unknown are kept where they are the same in all, so that several surveys of one property can be inverted
    as one; so is ``decay_exponent``.

    Parameters
    ----------
    operators : sequence of LinearOperator
        Of one domain.

    Raises
    ------
    InputError
        If there is none, or their domains differ.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> A = Stack([MatrixOperator([[1.0, 1.0]]), MatrixOperator([[0.0, 2.0], [1.0, 0.0]])])
    >>> A([1.0, 3.0]).tolist(), A.T([1.0, 1.0, 0.0]).tolist()
    ([4.0, 6.0, 1.0], [1.0, 3.0])
    """

    def __init__(self, operators: Sequence[LinearOperator]) -> None:
        super().__init__(operators)
        self.domain_shape = self.parts[0].domain_shape
        self.__dict__.update(_agreed(self.parts))
        # no method: what a sum of squares has of its terms
        self.gram_diagonal = partial(_summed_gram_diagonal, self.parts)

    def _forward(self, x: Array) -> Array:
        return self._images([x] * len(self.parts))

    def _adjoint(self, y: Array) -> Array:
        return np.asarray(sum(self._back(y)))


class BlockDiagonal(_Blocks):
    """Data of several models, each by an operator of its own: ``[A x[0], B x[1], ...]``.

    Parameters
    ----------
    operators : sequence of LinearOperator
        Of one domain shape; a model is an array of their number and that shape.

    Raises
    ------
    InputError
        If there is none, or their domains differ.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> A = BlockDiagonal([MatrixOperator([[1.0, 1.0]]), MatrixOperator([[0.0, 2.0]])])
    >>> A([[1.0, 3.0], [0.0, 1.0]]).tolist(), A.T([1.0, 2.0]).tolist()
    ([4.0, 2.0], [[1.0, 1.0], [0.0, 4.0]])
    """

    def __init__(self, operators: Sequence[LinearOperator]) -> None:
        super().__init__(operators)
        self.domain_shape = (len(self.parts), *self.parts[0].domain_shape)

    def _forward(self, x: Array) -> Array:
        return self._images([x[:, place] for place in range(len(self.parts))])

    def _adjoint(self, y: Array) -> Array:
        return np.stack(self._back(y), axis=1)


def _agreed(operators: Sequence[Any]) -> dict[str, Any]:
    """What a stack has of its operators: attributes in which they agree."""
    carried: dict[str, Any] = {"data_multiple": None}
    for name in (*OF_THE_DOMAIN, "decay_exponent"):
        values = [getattr(operator, name, None) for operator in operators]
        first = values[0]
        same = getattr(first, "same_places", first.__eq__)
        if first is not None and all(other is first or (other is not None and same(other)) for other in values):
            carried[name] = first
    return carried


def _summed_gram_diagonal(operators: Sequence[LinearOperator], weights: npt.ArrayLike = 1.0) -> Array:
    """Diagonal of A' W^2 A of a stack, for weights over all of its data."""
    sizes = [math.prod(operator.range_shape) for operator in operators]
    spread = np.broadcast_to(np.asarray(weights, np.float64), (sum(sizes),))
    parts = np.split(spread, np.cumsum(sizes)[:-1])
    return np.asarray(
        sum(gram_diagonal(of, part.reshape(of.range_shape)) for of, part in zip(operators, parts, strict=True))
    )
