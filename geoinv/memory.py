"""How much memory is free, and the refusal of what does not fit into it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from geoinv.checks import InputError

__all__ = ["SHARE", "available_memory", "bytes_text", "memory_said", "require_memory"]

SHARE = 0.5
"""Of the free memory, what one thing may take: others come beside it."""


def available_memory() -> float:
    """Bytes that are free now, within the control group's limit where there is one."""
    free = float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            free = next(float(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
        with open("/sys/fs/cgroup/memory.max", encoding="ascii") as limit:
            text = limit.read().strip()
        with open("/sys/fs/cgroup/memory.current", encoding="ascii") as used:
            free = min(free, float(text) - float(used.read())) if text != "max" else free
    except (OSError, StopIteration):
        pass
    return free


def bytes_text(count: float) -> str:
    """Bytes as a reader wants them.

    Examples
    --------
    >>> bytes_text(24e9), bytes_text(1.5e6), bytes_text(8e18)
    ('24 GB', '1.5 MB', '8e+09 GB')
    """
    return f"{count / 1e9:.3g} GB" if count >= 1e9 else f"{count / 1e6:.3g} MB"


def require_memory(owner: str, what: str, needed: float, remedy: str) -> None:
    """Refuse what needs more than its share of the free memory, before any of it is taken.

    Raises
    ------
    InputError
        With the bytes it needs and those it may take.
    """
    budget = SHARE * available_memory()
    if needed > budget:
        raise InputError(
            f"{owner} expects {what} to fit in {bytes_text(budget)} of memory (half of what is free), "
            f"but that needs {bytes_text(needed)}; {remedy}"
        )


@contextmanager
def memory_said(owner: str) -> Iterator[None]:
    """Turn a lack of memory into one sentence.

    Raises
    ------
    InputError
        If memory runs out inside; no result is returned.
    """
    try:
        yield
    except MemoryError as error:
        detail = f" ({error})" if str(error) else ""
        raise InputError(
            f"{owner} expects memory for its arrays, but there is none left{detail}; "
            "take fewer cells, data or items at a time, or raise the limit of memory"
        ) from error
