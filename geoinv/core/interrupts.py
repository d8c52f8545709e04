"""Ctrl-C, and the signals by which systems end programs: when they act, and when they have to wait."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

__all__ = ["Held", "interrupts_held", "stopped_by_signals"]

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C; kill, a batch system at the end of its time, a machine that shuts down; a terminal that is closed."""

ENDING = 5.0
"""Seconds after a signal in which further ones change nothing: who presses twice means the same."""

INSISTENCE, PATIENCE = 3, 10.0
"""So many signals, the last after so many seconds, end even what is not to be interrupted."""


@dataclass
class Held:
    """Signals that came while they were held.

    Attributes
    ----------
    count : int
        How many.
    """

    count: int = 0

    @property
    def came(self) -> bool:
        """Whether one came."""
        return self.count > 0


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end what runs inside the block as Ctrl-C does, by KeyboardInterrupt.

    A signal within five seconds of one that acted is ignored, so that a second Ctrl-C does not end
    what the first has begun to save. Signals that are ignored when the block begins (nohup) stay so;
    outside the main thread nothing changes.
    """
    acted = [-ENDING]

    def stop(number: int, frame: Any) -> None:
        now = time.monotonic()
        if now - acted[0] >= ENDING:
            acted[0] = now
            raise KeyboardInterrupt

    def usual(handler: Any) -> bool:
        return handler in (signal.SIG_DFL, signal.default_int_handler)

    with _handled(stop, _handlers(usual)):
        yield


@contextmanager
def interrupts_held() -> Iterator[Held]:
    """Keep Ctrl-C, and other signals that would end as it does, from interrupting the block.

    For steps that must come to their end, such as writing a result. Signals inside the block have no
    effect, then or later, but that they are counted; three of them, the last after ten seconds, mean it
    and do interrupt. Outside the main thread, where no signal interrupts, nothing changes.

    Yields
    ------
    Held
        Says whether a signal came.
    """
    held, began, earlier = Held(), time.monotonic(), _handlers(callable)

    def note(number: int, frame: Any) -> None:
        held.count += 1
        if held.count >= INSISTENCE and time.monotonic() - began >= PATIENCE:
            earlier[number](number, frame)

    with _handled(note, earlier):
        yield held


def _handlers(kind: Callable[[Any], bool]) -> dict[int, Any]:
    """Handlers of a kind, by signal; none outside the main thread, which alone may change them."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    return {number: handler for number in SIGNALS if kind(handler := signal.getsignal(number))}


@contextmanager
def _handled(handler: Callable[[int, Any], None], earlier: dict[int, Any]) -> Iterator[None]:
    """Handle signals in another way for the time of the block."""
    try:
        for number in earlier:
            signal.signal(number, handler)
        yield
    finally:
        for number, before in earlier.items():
            signal.signal(number, before)
