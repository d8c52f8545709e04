"""NumPy arrays as PyTorch tensors and back by DLPack, in the same memory wherever that is safe."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.dlpack import from_dlpack

from geoinv.core.checks import InputError, refuse_masked

__all__ = ["to_numpy", "to_torch"]


def to_numpy(tensor: torch.Tensor) -> npt.NDArray[Any]:
    """Array of a tensor's values, without its gradient.

    Parameters
    ----------
    tensor : torch.Tensor
        Of any shape, strides and device.

    Returns
    -------
    ndarray of the same shape and type, in the tensor's memory; a copy where the tensor lies on another
    device, or is a conjugate or negative that PyTorch has not computed yet.

    Raises
    ------
    InputError
        If NumPy has no such type (bfloat16).

    Examples
    --------
    >>> tensor = torch.zeros(2)
    >>> to_numpy(tensor)[0] = 1.0
    >>> tensor.tolist()
    [1.0, 0.0]
    """
    try:
        # DLPack knows neither conjugate nor negative bits: the signs would be wrong
        return np.from_dlpack(tensor.detach().cpu().resolve_conj().resolve_neg())
    except (BufferError, RuntimeError, TypeError) as error:
        raise InputError(f"to_numpy expects a type that NumPy has, got {tensor.dtype}; use tensor.float()") from error


def to_torch(array: npt.NDArray[Any]) -> torch.Tensor:
    """Tensor of an array's values.

    Parameters
    ----------
    array : ndarray
        Of any shape and strides.

    Returns
    -------
    torch.Tensor of the same shape and type on the CPU, in the array's memory; a copy where PyTorch could not
    keep to the array's rules: read-only, negative or odd strides, foreign byte order, not aligned.

    Raises
    ------
    InputError
        If PyTorch has no such type, or values are masked.

    Examples
    --------
    >>> array = np.zeros(2)
    >>> to_torch(array)[0] = 1.0
    >>> array.tolist()
    [1.0, 0.0]
    >>> to_torch(np.arange(3)[::-1]).tolist()
    [2, 1, 0]
    """
    refuse_masked("to_torch", "the array", array)
    values = np.asarray(array)
    native = values.astype(values.dtype.newbyteorder("="), copy=False)
    # DLPack hands read-only memory over for writing, and PyTorch aborts the process on negative strides
    odd = any(stride < 0 or stride % native.itemsize for stride in native.strides)
    if odd or not native.flags.writeable or not native.flags.aligned:
        native = np.array(native, order="C", copy=True)
    try:
        return from_dlpack(native)
    except (BufferError, RuntimeError, TypeError) as error:
        raise InputError(f"to_torch expects numbers that PyTorch has, got {values.dtype}") from error
