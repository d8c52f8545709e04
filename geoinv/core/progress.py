"""Progress of long steps: kernels report, whoever runs them decides what to draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["report", "reporting"]

Listener = Callable[[str, float, float], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def reporting(listener: Listener) -> Iterator[None]:
    """Send every report made inside the block to `listener(step, done, total)`.

    Examples
    --------
    >>> with reporting(lambda step, done, total: print(step, done, "of", total)):
    ...     report("forward", 1, 2)
    forward 1 of 2
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def report(step: str, done: float, total: float) -> None:
    """Say that `done` of `total` units of `step` are finished; nothing happens where nobody listens."""
    listener = _listener.get()
    if listener is not None:
        listener(step, done, total)
