"""Compiled kernels on disk: one that is broken, a disk that is full, or no place at all cost time, never a run."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from numba.core.caching import FunctionCache

from geoinv.core.checks import MachineWarning

__all__ = ["KernelCache"]

_TOLD: set[str] = set()
"""What has been said in this process: once is enough for all kernels."""


@cache
def _kernel_sources() -> tuple[tuple[str, int, int], ...]:
    """Name, time of change and size of the files with compiled kernels: one is compiled into others."""
    files = sorted([*Path(__file__).parent.rglob("_*_numba.py"), Path(__file__).with_name("_jit.py")])
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)


class KernelCache:
    """Numba's cache of one function, whose failures are no failures of the function.

    Parameters
    ----------
    function : callable
        What is compiled.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._cache: Any = None
        self._trouble = "there is no folder that can be written to"
        with suppress(RuntimeError, OSError):  # so numba says that it has found none
            self._cache = FunctionCache(function)  # type: ignore[no-untyped-call]
            # numba looks at the function's own file, not at those of the functions that are compiled into it
            stamp = self._cache._cache_file._source_stamp, _kernel_sources()
            self._cache._cache_file._source_stamp = stamp

    @property
    def cache_path(self) -> str | None:
        """Folder of the files."""
        return None if self._cache is None else str(self._cache.cache_path)

    def load_overload(self, signature: Any, target: Any) -> Any:
        """Compiled function for a signature; None where it has to be compiled."""
        if self._cache is None:
            return None
        try:
            return self._cache.load_overload(signature, target)
        except Exception:  # whatever a truncated file makes of itself
            # an index that cannot be read would not let anything be added either
            with suppress(Exception):
                self._cache.flush()
            return None

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep a compiled function, or say once that none are kept."""
        if self._cache is not None:
            try:
                self._cache.save_overload(signature, compiled)
                return
            except Exception as error:
                self._trouble = f"'{getattr(error, 'strerror', None) or error}' in {self.cache_path}"
        if not _TOLD:
            _TOLD.add(self._trouble)
            warnings.warn(
                f"compiled kernels are not kept, as {self._trouble}: every start compiles them again; free some "
                "space, or name another folder in the environment variable NUMBA_CACHE_DIR",
                MachineWarning,
                stacklevel=2,
            )

    def enable(self) -> None:
        """As numba's caches have it."""

    def disable(self) -> None:
        """As numba's caches have it."""

    def flush(self) -> None:
        """Forget what is kept."""
        if self._cache is not None:
            self._cache.flush()
