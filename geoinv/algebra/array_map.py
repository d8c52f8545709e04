"""Maps between arrays of a shape: batches, labels, and whichever library the array belongs to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.labelled_map import LabelledMap
from geoinv.core.backend import applier_of, array_module, memory_refusals
from geoinv.core.checks import InputError, refuse_masked, shape_text
from geoinv.core.labels import along_labels
from geoinv.core.memory import memory_said

__all__ = ["ArrayMap"]

Array = npt.NDArray[Any]


class ArrayMap(LabelledMap, ABC):
    """Map of arrays of one shape to arrays of another.

    What :class:`geoinv.algebra.linear_operator.LinearOperator` is but for being linear: a subclass sets the attributes
    below and writes :meth:`_forward` and :meth:`_adjoint`, which map arrays with exactly one leading batch dimension.

    Attributes
    ----------
    domain_shape, range_shape : tuple of int
        Shapes of what it takes and gives, without batch dimensions.
    dtype : numpy.dtype
        float32 or float64: precision of what it gives.
    device_arrays : bool
        Whether :meth:`_forward` and :meth:`_adjoint` also map CuPy arrays, which stay on their GPU.
    """

    device_arrays: bool = False

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
            with memory_said(self.name):
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
            Leading dimensions are a batch. NumPy array or what makes one, CuPy array, or PyTorch tensor. An
            xarray.DataArray is taken along its dimensions and coordinates.
        out : (..., *range_shape) array, optional
            Receives the result; not for tensors.

        Returns
        -------
        (..., *range_shape) array of :attr:`dtype`, `out` where it was given; of the kind of `x` and on its GPU. A
        tensor comes back in its own precision, with its derivatives (:func:`geoinv.as_torch`).

        Raises
        ------
        InputError
            If a shape does not fit, the values are not real numbers or some are masked, labels are other than those
            of the cells, or no memory is left.
        """
        if (apply := applier_of(x)) is not None:
            if out is not None:
                raise InputError(f"{self.name} expects no out beside a tensor; copy the result with out.copy_")
            tensor: Array = apply(self, x)
            return tensor
        refuse_masked(self.name, "the array", x)
        x = along_labels(self.name, "the array", x, self.domain_names, self.domain_labels)
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
