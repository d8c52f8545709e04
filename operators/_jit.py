"""Numba, set up once: strict floating point, a cache that may be missing, work in chunks on all threads."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numba

from geoinv.operators._kernel_cache import KernelCache

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

# before it is needed, as it can no longer be imported, by others either, once the main thread has ended
with contextlib.suppress(RuntimeError):
    importlib.import_module("concurrent.futures.thread")

__all__ = ["Chunk", "chunked_kernel", "kernel", "part", "take_chunks"]


Chunk = tuple[int, int]
"""Number of a chunk of some work, and how many there are."""


class _Helpers:
    """Threads beside the caller's, started at the first need and once more in a forked child, which has none."""

    def __init__(self) -> None:
        self.after_fork()

    def after_fork(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def submit(self, work: Callable[[], None]) -> Future[None] | None:
        """Work under way on another thread, or None where no other thread can be had."""
        with self._lock:
            try:
                if self._pool is None:
                    from concurrent.futures import ThreadPoolExecutor

                    self._pool = ThreadPoolExecutor(numba.config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]
                return self._pool.submit(work)
            except RuntimeError:
                # the main thread has ended and this one goes on, or the system gives no more threads
                return None


_HELPERS = _Helpers()
os.register_at_fork(after_in_child=_HELPERS.after_fork)


def kernel(*, reorder_sums: bool = False, inline: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a compiled function that other ones call; it may not allocate memory.

    Parameters
    ----------
    reorder_sums : bool
        Allow sums in any order, so that they run in vector registers. Elsewhere only fused
        multiply-add is allowed: the kernels are written so that the order of operations matters.
    inline : bool
        Put the body in place of every call: for a large part of one loop nest, which has a name so that it can be read.
    """
    fastmath = {"contract", "reassoc", "nsz"} if reorder_sums else {"contract"}
    return lambda function: _compiled(function, fastmath, inline)


def take_chunks(chunks: int, run: Callable[[Iterator[int]], None]) -> None:
    """Run the same on numba's number of threads, the caller's among them, until all chunks are done.

    Parameters
    ----------
    chunks : int
        How many there are.
    run : callable
        Works on the chunks that it takes, one after another, from the numbers that are left: each comes once.
    """
    left = iter(range(chunks))
    wanted = min(numba.get_num_threads(), chunks) - 1
    helpers = [_HELPERS.submit(functools.partial(run, left)) for _ in range(wanted)]
    try:
        run(left)
    finally:
        for helper in helpers:
            if helper is not None and not helper.cancel():
                helper.result()


def chunked_kernel(
    *, scratch: Callable[..., Any] | None = None, chunks_a_thread: int = 4
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a compiled kernel that all cores run beside each other, each with chunks of the work.

    Its first argument, a `Chunk`, comes from here and goes to :func:`part`.
    Unlike numba's own loops in parallel it compiles its body once, not three times; takes whichever chunk is next,
    so uneven ones do no harm; and may be called by several threads at once and by forked processes.

    Parameters
    ----------
    scratch : callable, optional
        Makes of the other arguments what a thread works in, which becomes the second: kernels allocate nothing.
    chunks_a_thread : int
        Four are enough for cores to end at about the same time.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        compiled = _compiled(function, {"contract"})

        @functools.wraps(function)
        def call(*arguments: Any) -> None:
            threads = numba.get_num_threads()
            chunks = chunks_a_thread * threads if threads > 1 else 1

            def run(left: Iterator[int]) -> None:
                own = () if scratch is None else (scratch(*arguments),)
                for chunk in left:
                    compiled((chunk, chunks), *own, *arguments)

            take_chunks(chunks, run)

        return call

    return decorate


def _compiled(function: Callable[..., Any], fastmath: set[str], inline: bool = False) -> Callable[..., Any]:
    # no counting of references to arrays and their slices: it takes as long to compile as the rest, and to run
    options: dict[str, Any] = {"fastmath": fastmath, "nogil": True, "error_model": "numpy", "_nrt": False}
    if inline:
        options["inline"] = "always"
    compiled = numba.njit(**options)(function)
    # what numba's own cache=True does; without the compiler there is nothing to keep
    if hasattr(compiled, "_cache"):
        compiled._cache = KernelCache(function)
    return compiled  # type: ignore[no-any-return]


@kernel()
def part(chunk: Chunk, count: int) -> tuple[int, int]:
    """First and one past the last of `count` things that belong to a chunk."""
    return chunk[0] * count // chunk[1], (chunk[0] + 1) * count // chunk[1]
