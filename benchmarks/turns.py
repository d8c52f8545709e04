"""Contestants that take turns, so that other work on the machine meets them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from record import timed

Array = npt.NDArray[np.float64]

TURN = 0.02
"""Seconds that a turn lasts at least: a call of microseconds is repeated until the clock can see it."""

REST = 0.02
"""Seconds between turns: PyTorch's threads go on spinning after a call, on a core that the next contestant needs."""


def median_seconds(contestants: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Median over all turns of the seconds that one call of each takes; the first calls are not counted."""
    for call in contestants.values():
        call()
    calls = {name: max(1, round(TURN / timed(call)[0])) for name, call in contestants.items()}
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, call in contestants.items():
            time.sleep(REST)
            seconds[name].append(timed(_repeat, call, calls[name])[0] / calls[name])
    return {name: float(np.median(of)) for name, of in seconds.items()}


def _repeat(call: Callable[[], Any], times: int) -> None:
    for _ in range(times):
        call()


@dataclass
class Contestant:
    """One way to apply an operator of many seconds a call: times and results of every call are kept.

    Attributes
    ----------
    forward, adjoint : callable
        The two ways; None where the contestant has no adjoint.
    repeats : int
        Calls a turn.
    build_seconds : float
        What was computed once, before the first turn.
    """

    forward: Callable[[Array], Array]
    adjoint: Callable[[Array], Array] | None
    repeats: int = 1
    build_seconds: float = 0.0
    forward_seconds: list[float] = field(default_factory=list)
    adjoint_seconds: list[float] = field(default_factory=list)
    data: Array = field(default_factory=lambda: np.empty(0))
    gradient: Array = field(default_factory=lambda: np.empty(0))

    @property
    def median_forward(self) -> float:
        """Seconds."""
        return float(np.median(self.forward_seconds))

    @property
    def median_adjoint(self) -> float:
        """Seconds."""
        return float(np.median(self.adjoint_seconds))

    @property
    def seconds(self) -> dict[str, float | list[float]]:
        """All that was measured, for the record."""
        return {
            "build_seconds": self.build_seconds,
            "forward_seconds": self.forward_seconds,
            "adjoint_seconds": self.adjoint_seconds,
        }

    def take_turn(self, model: Array, data: Array) -> None:
        """Apply both ways and keep the times and the results."""
        for _ in range(self.repeats):
            seconds, self.data = timed(self.forward, model)
            self.forward_seconds.append(seconds)
            if self.adjoint is not None:
                seconds, self.gradient = timed(self.adjoint, data)
                self.adjoint_seconds.append(seconds)
