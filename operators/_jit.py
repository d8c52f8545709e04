"""Numba, set up once: strict floating point, a cache that may be missing, one parallel call at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numba

__all__ = ["THREADS", "kernel"]

THREADS = threading.Lock()
"""Held round every parallel kernel: numba's workqueue layer aborts the process on concurrent calls."""


def kernel(*, parallel: bool = False, reorder_sums: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a compiled kernel.

    Parameters
    ----------
    parallel : bool
        Run its ``prange`` loops on all cores.
    reorder_sums : bool
        Allow sums in any order, so that they run in vector registers. Elsewhere only fused
        multiply-add is allowed: the kernels are written so that the order of operations matters.
    """
    fastmath: set[str] = {"contract", "reassoc", "nsz"} if reorder_sums else {"contract"}

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        options: dict[str, Any] = {"parallel": parallel, "fastmath": fastmath, "nogil": True, "error_model": "numpy"}
        try:
            compiled = numba.njit(cache=True, **options)(function)
        except RuntimeError:  # no place to write a cache: read-only install and no home
            compiled = numba.njit(**options)(function)
        return compiled  # type: ignore[no-any-return]

    return decorate
