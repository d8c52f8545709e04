"""Numba, set up once: strict floating point, a cache that may be missing, one parallel call at a time."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numba

__all__ = ["THREADS", "kernel"]


class _Turns:
    """Lock that a forked child finds open: whichever thread of its parent held it is not there."""

    def __init__(self) -> None:
        self.alone = False
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def after_fork(self) -> None:
        self._lock = threading.Lock()
        try:
            layer = numba.threading_layer()  # type: ignore[attr-defined]
        except ValueError:  # no threads were started before the fork, so this process may start its own
            return
        # GNU OpenMP ends the child of a process that has used it
        self.alone = self.alone or layer == "omp"


THREADS = _Turns()
"""Held round every parallel kernel: numba's workqueue layer aborts the process on concurrent calls."""

os.register_at_fork(after_in_child=THREADS.after_fork)


def kernel(*, parallel: bool = False, reorder_sums: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a compiled kernel.

    Parameters
    ----------
    parallel : bool
        Run its ``prange`` loops on all cores; on one in a process that was forked from one that had
        used GNU OpenMP, which allows no other.
    reorder_sums : bool
        Allow sums in any order, so that they run in vector registers. Elsewhere only fused
        multiply-add is allowed: the kernels are written so that the order of operations matters.
    """
    fastmath: set[str] = {"contract", "reassoc", "nsz"} if reorder_sums else {"contract"}

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        if not parallel:
            return _compiled(function, False, fastmath)
        on_all_cores, on_one = _compiled(function, True, fastmath), _compiled(_twin(function), False, fastmath)

        @functools.wraps(function)
        def call(*arguments: Any) -> Any:
            return (on_one if THREADS.alone else on_all_cores)(*arguments)

        return call

    return decorate


def _compiled(function: Callable[..., Any], parallel: bool, fastmath: set[str]) -> Callable[..., Any]:
    options: dict[str, Any] = {"parallel": parallel, "fastmath": fastmath, "nogil": True, "error_model": "numpy"}
    try:
        compiled = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no place to write a cache: read-only install and no home
        compiled = numba.njit(**options)(function)
    return compiled  # type: ignore[no-any-return]


def _twin(function: Callable[..., Any]) -> Callable[..., Any]:
    """Copy of a function under a name of its own: numba's cache tells functions apart by name, not by options."""
    assert isinstance(function, FunctionType)
    twin = FunctionType(function.__code__, function.__globals__, function.__name__, None, function.__closure__)
    twin.__qualname__ = f"{function.__qualname__}_on_one_core"
    twin.__module__ = function.__module__
    return twin
