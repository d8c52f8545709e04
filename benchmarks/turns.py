"""Contestants that take turns, so that other work on the machine meets them alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from record import timed

TURN = 0.02
"""Seconds that a turn lasts at least: a call of microseconds is repeated until the clock can see it."""


def median_seconds(contestants: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Median over all turns of the seconds that one call of each takes; the first calls are not counted."""
    for call in contestants.values():
        call()
    calls = {name: max(1, round(TURN / timed(call)[0])) for name, call in contestants.items()}
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, call in contestants.items():
            seconds[name].append(timed(_repeat, call, calls[name])[0] / calls[name])
    return {name: float(np.median(of)) for name, of in seconds.items()}


def _repeat(call: Callable[[], Any], times: int) -> None:
    for _ in range(times):
        call()
