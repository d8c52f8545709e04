"""How much memory is free, and the refusal of what does not fit into it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geoinv.core.checks import InputError

__all__ = ["SHARE", "available_memory", "bytes_text", "memory_said", "require_memory"]

SHARE = 0.5
"""Of the free memory, what one thing may take: others come beside it."""


def available_memory(proc: str = "/proc", cgroups: str = "/sys/fs/cgroup") -> float:
    """Bytes that are free now: of the machine, and within the limits of the process and of its control groups.

    Parameters
    ----------
    proc, cgroups : str
        Where the kernel tells of processes and of control groups.
    """
    limits = [_of_the_machine(proc), *_of_the_process(proc), *_of_the_groups(proc, cgroups)]
    return max(0.0, min(limits))


def _of_the_machine(proc: str) -> float:
    for line in _lines(f"{proc}/meminfo"):
        if line.startswith("MemAvailable"):
            return float(line.split()[1]) * 1024
    names = [name for name in ("SC_AVPHYS_PAGES", "SC_PHYS_PAGES") if name in os.sysconf_names]
    return float(os.sysconf(names[0]) * os.sysconf("SC_PAGE_SIZE")) if names else math.inf


def _of_the_process(proc: str) -> Iterator[float]:
    """What is left of RLIMIT_AS and RLIMIT_DATA, as ulimit and batch systems set them."""
    try:
        import resource
    except ImportError:
        return
    pages = "".join(_lines(f"{proc}/self/statm")).split()
    if len(pages) < 6:
        return
    page = float(os.sysconf("SC_PAGE_SIZE"))
    for limit, used in ((resource.RLIMIT_AS, pages[0]), (resource.RLIMIT_DATA, pages[5])):
        soft, _ = resource.getrlimit(limit)
        if soft != resource.RLIM_INFINITY:
            yield float(soft) - page * float(used)


def _of_the_groups(proc: str, cgroups: str) -> Iterator[float]:
    """What is left in the process's own control group and those above it, of version 2 and 1."""
    for line in _lines(f"{proc}/self/cgroup"):
        _, controllers, path = line.rstrip("\n").split(":", 2)
        if not controllers:
            roots, files = [cgroups, f"{cgroups}/unified"], ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            roots = [f"{cgroups}/memory", f"{cgroups}/{controllers}"]
            files = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        for root in roots:
            # inside a container the path may be that of the machine, and the group's own files lie at the root
            own = Path(path.lstrip("/"))
            for group in (own, *own.parents):
                yield from _left_in(Path(root) / group, *files)


def _left_in(group: Path, limit: str, used: str, cache: str) -> Iterator[float]:
    try:
        most, taken = (float((group / name).read_text(encoding="ascii")) for name in (limit, used))
    except (OSError, ValueError):  # no such file, or no limit ("max")
        return
    # what was read from files and not lately used is given back when it is asked for
    spare = [line.split()[1] for line in _lines(str(group / "memory.stat")) if line.startswith(f"{cache} ")]
    yield most - taken + sum(map(float, spare))


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:
            return lines.readlines()
    except OSError:
        return []


def bytes_text(count: float) -> str:
    """Bytes as a reader wants them.

    Examples
    --------
    >>> bytes_text(24e9), bytes_text(1.5e6), bytes_text(8e18)
    ('24 GB', '1.5 MB', '8e+09 GB')
    """
    return f"{count / 1e9:.3g} GB" if count >= 1e9 else f"{count / 1e6:.3g} MB"


def require_memory(owner: str, what: str, needed: float, remedy: str) -> None:
    """Reject what needs more than its share of the free memory, before any of it is taken.

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
