"""Which array library an array belongs to."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

__all__ = ["array_module"]


def array_module(array: Any) -> ModuleType:
    """Library whose functions work on an array: NumPy, or CuPy for an array on a GPU.

    Examples
    --------
    >>> array_module(np.zeros(3)).__name__
    'numpy'
    """
    if isinstance(array, np.ndarray):
        return np
    import cupy  # type: ignore[import-not-found,unused-ignore]

    module: ModuleType = cupy.get_array_module(array)
    return module
