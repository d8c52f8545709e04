"""Which array library an array belongs to, whether there is a GPU, and what goes wrong on one."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError

__all__ = ["Resident", "applier_of", "appliers", "array_module", "library_of", "memory_refusals", "require_gpu"]


def library_of(array: Any) -> str:
    """Name of the library that an array's type comes from: ``numpy``, ``cupy``, ``torch``, or another.

    Examples
    --------
    >>> library_of(np.zeros(3))
    'numpy'
    """
    return type(array).__module__.partition(".")[0]


def array_module(array: Any) -> ModuleType:
    """Library whose functions work on an array: NumPy, or CuPy for an array on a GPU.

    Examples
    --------
    >>> array_module(np.zeros(3)).__name__
    'numpy'
    """
    return importlib.import_module("cupy") if library_of(array) == "cupy" else np


appliers: dict[str, str] = {}
"""Functions ``apply(operator, array)`` for arrays of further libraries, as "module:function" by the library's name.

They are named by who has them (``geoinv`` itself: PyTorch), and imported when such an array comes.
"""


def applier_of(array: Any) -> Callable[[Any, Any], Any] | None:
    """Return the function that applies an operator to an array of a further library; None where it needs none.

    Examples
    --------
    >>> applier_of(np.zeros(3)) is None
    True
    """
    named = appliers.get(library_of(array))
    if named is None:
        return None
    module, _, function = named.partition(":")
    found: Callable[[Any, Any], Any] = getattr(importlib.import_module(module), function)
    return found


def require_gpu() -> ModuleType:
    """CuPy, with a GPU that it can use.

    Returns
    -------
    The module ``cupy``.

    Raises
    ------
    InputError
        If CuPy is not installed or is for another CUDA, or there is no driver or no GPU.
    """
    try:
        cupy = importlib.import_module("cupy")
    except ModuleNotFoundError:
        raise InputError(
            "work on a GPU expects CuPy, which is not installed; "
            "install it with pip install geoinv[cuda13], or geoinv[cuda12] for CUDA 12"
        ) from None
    except ImportError as error:
        raise InputError(
            f"work on a GPU expects a CuPy that can be imported, got: {_first_line(error)}; "
            "install the extra of this machine's CUDA: geoinv[cuda13] or geoinv[cuda12]"
        ) from error
    try:
        devices = cupy.cuda.runtime.getDeviceCount()
    except RuntimeError as error:
        raise InputError(_without_device(_first_line(error))) from error
    if not devices:
        raise InputError("work on a GPU expects one that CUDA can see, got none; look at CUDA_VISIBLE_DEVICES")
    return cupy


def _without_device(refusal: str) -> str:
    """Sentence for what CUDA says when it is asked for its devices."""
    if "InsufficientDriver" in refusal:
        return (
            f"work on a GPU expects a driver as new as CuPy's CUDA, got: {refusal}; "
            "install NVIDIA's driver, or the extra of this machine's CUDA: geoinv[cuda13] or geoinv[cuda12]"
        )
    return f"work on a GPU expects one that CUDA can see, got: {refusal}; look at nvidia-smi and CUDA_VISIBLE_DEVICES"


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip(" =")]
    return lines[0].rstrip(".") if lines else type(error).__name__


MEMORY_SIGNS = ("out of memory", "MemoryAllocation", "ALLOC_FAILED")
"""What the errors of CUDA, cuBLAS, cuFFT and PyTorch say when the GPU's memory is full."""


@contextmanager
def memory_refusals(owner: str) -> Iterator[None]:
    """Turn a GPU's lack of memory into one sentence, after what is kept in reserve has been given back.

    Raises
    ------
    InputError
        If the memory of the GPU is full; no result is returned.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and not any(sign in str(error) for sign in MEMORY_SIGNS):
            raise
        reason = _first_line(error)
    else:
        return
    # outside of the handler, whose traceback keeps the arrays of the failed call alive
    cupy = importlib.import_module("cupy")
    cupy.get_default_memory_pool().free_all_blocks()
    raise InputError(
        f"{owner} ran out of memory on the GPU and gives no result: {reason}; "
        "apply it to fewer models at a time, or to NumPy arrays, on the host"
    )


class Resident:
    """Constant array of an operator, which goes to each GPU that asks for it, once.

    Parameters
    ----------
    array : NumPy array
        The constant; it must not change any more.

    Examples
    --------
    >>> Resident(np.arange(3)).beside(np.zeros(1))
    array([0, 1, 2])
    """

    def __init__(self, array: npt.NDArray[Any]) -> None:
        self.array = array
        self._copies: dict[int, Any] = {}

    def beside(self, other: Any) -> Any:
        """Return the constant in the library, and on the GPU, of another array."""
        library = array_module(other)
        if library is np:
            return self.array
        device = int(other.device.id)
        if device not in self._copies:
            with other.device:
                copy = library.asarray(self.array)
                # later calls may come on another stream, which would not wait for this one's copy
                library.cuda.get_current_stream().synchronize()
                self._copies[device] = copy
        return self._copies[device]

    def __getstate__(self) -> dict[str, Any]:
        """The constant alone: copies on a GPU stay behind."""
        return {"array": self.array, "_copies": {}}
