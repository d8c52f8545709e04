"""Bars for long steps, with the time that is left; drawn on a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from geoinv.core.progress import reporting

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Steps", "progress_shown"]

LONG = 2.0
"""Seconds that an inner step must be expected to take before it gets a bar of its own."""


class Steps:
    """Listener that keeps a bar for the outermost step, and for inner ones that take long.

    A step is known by its name up to the first comma; what follows (such as the misfit reached) may
    change under way.

    Parameters
    ----------
    display : rich.progress.Progress
        Where the bars are drawn; each task has the field ``left``, the time that is left.
    outermost : str
        Step whose bar stands from the start to the end.
    clock : callable, optional
        Seconds that have passed.
    """

    def __init__(self, display: Progress, outermost: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._display, self._outermost, self._clock = display, outermost, clock
        self._tasks: dict[str, TaskID] = {outermost: display.add_task(outermost, total=None, left="")}
        self._begun: dict[str, float] = {outermost: clock()}

    def __call__(self, step: str, done: float, total: float) -> None:
        """Take one report."""
        name, now = step.partition(",")[0], self._clock()
        share = done / total if total > 0.0 else 1.0
        if name != self._outermost and (share <= 0.0 or name not in self._begun):
            self._begun[name] = now
        if name != self._outermost and share >= 1.0:
            if name in self._tasks:
                self._display.remove_task(self._tasks.pop(name))
            return
        if share <= 0.0:
            return
        left = (now - self._begun[name]) * (1.0 - share) / share
        if name not in self._tasks:
            if now - self._begun[name] + left < LONG:
                return
            self._tasks[name] = self._display.add_task(step, total=1.0, left="")
        text = f"{_clock_text(left)} left" if share < 1.0 else "finishing"
        self._display.update(self._tasks[name], description=step, total=1.0, completed=share, left=text)


def _clock_text(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@contextmanager
def progress_shown(outermost: str) -> Iterator[None]:
    """Draw the progress of what runs inside the block, if standard error is a terminal.

    Parameters
    ----------
    outermost : str
        Name of the step that the block is about.
    """
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[left]}"))
    display = Progress(*columns, console=Console(stderr=True), transient=True)
    # a terminal that is closed meanwhile ends no computation
    with suppress(OSError):
        display.start()
    try:
        with reporting(Steps(display, outermost)):
            yield
    finally:
        with suppress(OSError):
            display.stop()
