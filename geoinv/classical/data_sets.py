"""Many data sets of one operator, each with its noise, laid out for methods that treat them together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, array_of, finite, positive, shape_text
from geoinv.core.labels import along_labels

__all__ = ["DataSets", "per_item"]

Array = npt.NDArray[Any]

# values of a block's unknowns: a few such arrays stay near the processor, and a large test set needs no more memory
_BLOCK = 2**20


@dataclass(frozen=True)
class DataSets:
    """Data of an operator, in its precision, with the variance of their noise in float64.

    Attributes
    ----------
    operator : LinearOperator
        A.
    data : (items, *range_shape) array
        d.
    variance : (items,) array
        s^2 of each data set.
    batch : tuple of int
        Leading dimensions the data came with.
    """

    operator: LinearOperator
    data: Array
    variance: Array
    batch: tuple[int, ...]

    @classmethod
    def of(cls, owner: str, operator: LinearOperator, data: npt.ArrayLike, noise: npt.ArrayLike) -> DataSets:
        """Check what a method was given, and lay it out.

        Parameters
        ----------
        owner : str
            The method, for errors.
        operator : LinearOperator
            A.
        data : (..., *range_shape) array
            Leading dimensions are a batch.
        noise : float or (...) array
            Standard deviation of the noise, one for all or one a data set.

        Raises
        ------
        InputError
            If a shape does not fit, data are not finite, or a noise is not positive.
        """
        plain = along_labels(owner, "data", data, operator.range_names, operator.range_labels)
        values = array_of(owner, "data", plain)
        split = values.ndim - len(operator.range_shape)
        if split < 0 or values.shape[split:] != operator.range_shape:
            raise InputError(
                f"{owner} expects data of shape {shape_text(operator.range_shape, operator.range_names)} after the "
                f"batch's dimensions, got {shape_text(values.shape)}; give what {operator.name} gives"
            )
        finite(owner, "data", values, "leave out the data sets with gaps")
        batch = values.shape[:split]
        deviation = array_of(owner, "noise", noise)
        if deviation.shape not in ((), batch):
            raise InputError(
                f"{owner} expects noise as one number or of the batch's shape {shape_text(batch)}, "
                f"got {shape_text(deviation.shape)}"
            )
        positive(owner, "noise", deviation, "give the standard deviation of the noise, in the data's unit")
        variance = np.broadcast_to(deviation**2, batch).reshape(-1)
        stacked = values.reshape((-1, *operator.range_shape))
        return cls(operator, stacked.astype(operator.dtype), variance.copy(), batch)

    def blocks(self) -> Iterator[tuple[slice, Array, Array]]:
        """Places, data and variances of a moderate number of items at a time."""
        length = max(1, _BLOCK // int(np.prod(self.operator.domain_shape)))
        for start in range(0, len(self.data), length):
            places = slice(start, start + length)
            yield places, self.data[places], self.variance[places]

    def started(self, start: npt.ArrayLike) -> Array:
        """Models (items, *domain_shape) to start from, of their own, from whatever broadcasts to the batch of them."""
        shape = self.batch + self.operator.domain_shape
        try:
            models = np.array(np.broadcast_to(np.asarray(start, self.operator.dtype), shape))
        except ValueError:
            raise InputError(
                f"start is expected to broadcast to models of shape {shape_text(shape)}, "
                f"got {shape_text(np.shape(start))}; give one model, or one a data set"
            ) from None
        return models.reshape((len(self.data), *self.operator.domain_shape))

    def restored(self, models: Array) -> Array:
        """Models with the leading dimensions that the data came with."""
        return models.reshape(self.batch + models.shape[1:])


def per_item(values: Array, array: Array) -> Array:
    """One value an item, shaped to multiply an array whose first dimension is the items."""
    return values.reshape((-1,) + (1,) * (array.ndim - 1))
