"""Search for the trade-off whose misfit meets the target: down by cooling, then inside a bracket."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from geoinv.solvers import State

__all__ = ["TradeOffSearch", "Trial"]

COOLING = 6.0
"""Largest factor between trade-offs on the way down."""

BEYOND = 1.5
"""How much further down than the last two misfits ask for: chi^2 falls ever more slowly."""

WINDOW = (0.98, 1.01)
"""Where chi^2/N may end, relative to the target."""

NARROW = 1.02
"""Ratio of the trade-offs on both sides of the target below which their misfits should agree."""

STALL = 12
"""Further coolings, at the rate of the last two, beyond which the target counts as out of reach."""


@dataclass(frozen=True)
class Trial:
    """A trade-off that was tried.

    Attributes
    ----------
    beta : float
    state : State
        Where its minimisation ended.
    misfit : float
        chi^2/N there.
    settled : bool
        Whether that is near the minimum's; if not, the minimum's is lower.
    """

    beta: float
    state: State
    misfit: float
    settled: bool = True


@dataclass
class TradeOffSearch:
    """Trials so far, and what to try next.

    Attributes
    ----------
    target : float
        chi^2/N to meet.
    above, below : Trial or None
        Closest trials to either side of the target.
    trail : list of Trial
        Trials of the present way down.
    thorough : bool
        Whether each trial is to be minimised to its end: from when they contradict each other or fall too slowly.
    """

    target: float
    above: Trial | None = None
    below: Trial | None = None
    trail: list[Trial] = field(default_factory=list)
    thorough: bool = False

    @property
    def window(self) -> tuple[float, float]:
        """Lowest and highest chi^2/N that meet the target."""
        return WINDOW[0] * self.target, WINDOW[1] * self.target

    def add(self, trial: Trial) -> None:
        """Take in a trial that missed the target."""
        if trial.misfit > self.window[1]:
            self.above = trial
            self.trail.append(trial)
        else:
            self.below = trial
        if self.above is not None and self.below is not None and self.above.beta < NARROW * self.below.beta:
            # neighbours that disagree: the older was left before its minimum, its misfit is another beta's
            self.above, self.below = (trial, None) if trial is self.above else (None, trial)
            self._begin_thoroughly(trial)
        elif self._slow and not self.thorough:
            # trials left early may hide how fast the misfit falls
            self._begin_thoroughly(trial)

    def _begin_thoroughly(self, trial: Trial) -> None:
        self.trail, self.thorough = [trial], True

    @property
    def _slow(self) -> bool:
        """Whether the target is out of reach at the rate of the last two coolings."""
        if self.below is not None or len(self.trail) < 3:
            return False
        first, misfit = self.trail[-3].misfit, self.trail[-1].misfit
        return bool(STALL * 0.5 * np.log(first / misfit) < np.log(misfit / self.window[1]))

    @property
    def stalled(self) -> bool:
        """Whether the target is out of reach at the rate of the last two thorough coolings."""
        return self.thorough and self._slow

    def next_beta(self) -> float:
        """Trade-off to try now, after at least one trial."""
        if self.above is None:
            assert self.below is not None
            return COOLING * self.below.beta
        if self.below is None:
            return self.above.beta / self._cooling()
        return self._between(self.above, self.below)

    def _cooling(self) -> float:
        """Factor to lower the trade-off by: no more than the last two trials say the target needs."""
        if len(self.trail) < 2:
            return COOLING
        before, last = self.trail[-2:]
        rate = np.log(before.misfit / last.misfit) / np.log(before.beta / last.beta)
        needed = BEYOND * np.log(last.misfit / self.target)
        return float(np.exp(needed / rate)) if needed < rate * np.log(COOLING) else COOLING

    def _between(self, above: Trial, below: Trial) -> float:
        """Trade-off inside the bracket where chi^2, a line in logarithms, meets the target.

        Kept off the bracket's ends by a tenth of it, so that it shrinks as bisection does; its middle
        where a misfit is not that of a minimum.
        """
        share = 0.5
        if below.settled:
            share = float(np.log(above.misfit / self.target) / np.log(above.misfit / below.misfit))
        share = float(np.clip(share, 0.1, 0.9))
        return float(above.beta ** (1.0 - share) * below.beta**share)

    def start(self, beta: float) -> State | None:
        """State to start from at a trade-off: of the trials, the one with the least objective."""
        states = [trial.state for trial in self._closest]
        return min(states, key=lambda state: 0.5 * state.misfit + beta * state.penalty, default=None)

    def closest(self) -> State | None:
        """State whose misfit is closest to the target."""
        best = min(self._closest, key=lambda trial: abs(np.log(trial.misfit / self.target)), default=None)
        return None if best is None else best.state

    @property
    def _closest(self) -> list[Trial]:
        return [trial for trial in (self.above, self.below) if trial is not None]
