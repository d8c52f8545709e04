"""Standard output and error that take every text, also where they are closed, full or not in Unicode."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TextIO

__all__ = ["give_up_output", "lost_output", "send_nowhere", "standard_streams"]

_LOST: list[OSError] = []
"""Why the output of this run ends early, at most once."""


@contextmanager
def standard_streams() -> Iterator[None]:
    """Make standard output and error usable inside the block.

    A closed one leads nowhere, so that no file that is opened later gets its number; characters that
    the encoding lacks are written as escapes.
    """
    _LOST.clear()
    _open_closed()
    before = sys.stdout, sys.stderr
    with ExitStack() as stack:
        sys.stdout, sys.stderr = (_usable(stream, stack) for stream in before)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before


def _open_closed() -> None:
    """Give input, output and error of the process a place that is open."""
    with suppress(OSError):
        while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
            os.set_inheritable(number, True)
        os.close(number)


def _usable(stream: TextIO | None, stack: ExitStack) -> TextIO:
    if stream is None or stream.closed:
        return stack.enter_context(open(os.devnull, "w", encoding="utf-8"))
    if isinstance(stream, io.TextIOWrapper):
        stack.callback(stream.reconfigure, errors=stream.errors)
        stream.reconfigure(errors="backslashreplace")
    return stream


def give_up_output(error: OSError) -> None:
    """Send standard output nowhere from now on: a reader that has gone, or a full disk, ends no computation."""
    if not _LOST:
        _LOST.append(error)
    send_nowhere(sys.stdout)


def send_nowhere(stream: TextIO) -> None:
    """Let a stream that cannot be written to any more take everything, what it still holds included."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def lost_output() -> OSError | None:
    """What ended the output before its time, if anything did."""
    return _LOST[0] if _LOST else None
