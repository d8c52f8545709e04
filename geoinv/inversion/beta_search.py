"""Search for the beta whose misfit meets the target: down by cooling, then inside a bracket."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geoinv.inversion.objective import State

__all__ = ["BetaSearch", "Trial"]

COOLING = 6.0
"""Largest factor between trade-offs on the way down, but on a plateau."""

PLATEAU = 0.05
"""Power of beta with which chi^2 falls below which there is nothing to see on the way: cooling goes by its square."""

BEYOND, FLATTENING = 1.2, 0.5
"""How much further down than the last two misfits ask for, at least, and by how much more with the logarithm of how far
the last is above the target: chi^2 falls ever more slowly."""

WINDOW = (0.98, 1.01)
"""Where chi^2/N may end, relative to the target."""

STEEPEST = 2.0
"""Highest power of beta with which chi^2 of a minimum can grow, where J is a quadratic."""

AGREE = 1.02
"""Ratio of misfits that minima found within a tolerance may be off by, beyond that."""

STALL = 12
"""Further coolings, at the rate of the last two, beyond which the target may be out of reach."""

CLOSEST = 2
"""Which of the betas inside a bracket is taken from the trials closest to the target in place of the bracket's ends."""

UNCHANGED = 1e-3
"""Relative change of chi^2 between trade-offs above the target's that says that phi alone decides."""


@dataclass(frozen=True)
class Trial:
    """A beta that was tried.

    Attributes
    ----------
    beta : float
    state : State
        Where its minimisation ended.
    misfit : float
        chi^2/N there.
    """

    beta: float
    state: State
    misfit: float


@dataclass(frozen=True)
class BetaSearch:
    """Trials so far, and what to try next.

    Attributes
    ----------
    target : float
        chi^2/N to meet.
    above, below : Trial or None
        Closest trials to either side of the target.
    trials : tuple of Trial
        All, in their order.
    trail : tuple of Trial
        Those above the target on the way down, in their order.
    contradicted : bool
        Whether the closest trials to either side disagree, so that one was not minimised well enough.
    inside : int
        How often the target was between two trials.
    """

    target: float
    above: Trial | None = None
    below: Trial | None = None
    trials: tuple[Trial, ...] = ()
    trail: tuple[Trial, ...] = ()
    contradicted: bool = False
    inside: int = 0

    @property
    def window(self) -> tuple[float, float]:
        """Lowest and highest chi^2/N that meet the target."""
        return WINDOW[0] * self.target, WINDOW[1] * self.target

    def with_trial(self, trial: Trial) -> BetaSearch:
        """Search with another trial taken in."""
        above, below, trail = self.above, self.below, self.trail
        if trial.misfit > self.window[1]:
            above, trail = trial, (*trail, trial)
        else:
            below = trial
        contradicted = (
            above is not None
            and below is not None
            and above.misfit > AGREE * below.misfit * (above.beta / below.beta) ** STEEPEST
        )
        if contradicted:
            # the older is the one to doubt
            above, below = (trial, None) if trial is above else (None, trial)
            trail = (trial,) if trial is above else ()
        inside = self.inside + (above is not None and below is not None)
        return BetaSearch(self.target, above, below, (*self.trials, trial), trail, contradicted, inside)

    def with_target(self, target: float) -> BetaSearch:
        """Search for another target with the trials so far."""
        search = BetaSearch(target)
        for trial in self.trials:
            search = search.with_trial(trial)
        return search

    @property
    def slow(self) -> bool:
        """Whether the target is far away at the rate of the last two coolings."""
        if self.below is not None or len(self.trail) < 3:
            return False
        first, last = self.trail[-3], self.trail[-1]
        rate = np.log(first.misfit / last.misfit) / np.log(first.beta / last.beta)
        return bool(STALL * np.log(COOLING) * rate < np.log(last.misfit / self.window[1]))

    @property
    def below_everywhere(self) -> bool:
        """Whether even the model that phi alone prefers fits better than asked: misfits at ever larger betas are equal.

        Equal misfits at betas next to each other say nothing: loose minimisations may leave a model where it was.
        """
        if self.above is not None or len(self.trials) < 3:
            return False
        first, second, third = self.trials[-3:]
        if min(second.beta / first.beta, third.beta / second.beta) < COOLING:
            return False
        misfits = [first.misfit, second.misfit, third.misfit]
        return max(misfits) - min(misfits) <= UNCHANGED * max(misfits)

    def next_beta(self) -> float:
        """Beta to try now, after at least one trial."""
        if self.above is None:
            assert self.below is not None
            return COOLING**2 * self.below.beta
        if self.below is None:
            return self.above.beta / self._cooling()
        return self._between(self.above, self.below)

    def _cooling(self) -> float:
        """Factor to lower beta by: no more than the last two trials say the target needs."""
        if len(self.trail) < 2:
            return COOLING
        before, last = self.trail[-2:]
        rate = np.log(before.misfit / last.misfit) / np.log(before.beta / last.beta)
        above = np.log(last.misfit / self.target)
        needed = max(BEYOND, 1.0 + FLATTENING * above) * above
        if needed < rate * np.log(COOLING):
            return float(np.exp(needed / rate))
        return COOLING**2 if rate < PLATEAU else COOLING

    def _between(self, above: Trial, below: Trial) -> float:
        """Beta inside the bracket where chi^2, a line in logarithms, meets the target.

        The line goes through the bracket's ends; once, when they are not yet close, through the two trials closest to
        the target, on whichever sides they are, since an end far from it was left before its minimum. Every third time
        it is the middle, so that the bracket shrinks as bisection does.
        """
        share, margin = 0.5, 0.1
        if self.inside == CLOSEST:
            share, margin = self._by_the_closest(above, below), 0.02
        elif self.inside % 3 and below.misfit > 0.0:
            share = float(np.log(above.misfit / self.target) / np.log(above.misfit / below.misfit))
        share = float(np.clip(share, margin, 1.0 - margin))
        return float(above.beta ** (1.0 - share) * below.beta**share)

    def _by_the_closest(self, above: Trial, below: Trial) -> float:
        """Part of the bracket, in logarithms of beta from its upper end, where the closest trials' line leads."""
        fitted = [trial for trial in self.trials if trial.misfit > 0.0]
        first, second, *_ = sorted(fitted, key=lambda trial: abs(np.log(trial.misfit / self.target)))
        if first.beta == second.beta:
            return 0.5
        rate = np.log(first.misfit / second.misfit) / np.log(first.beta / second.beta)
        if not PLATEAU < rate < STEEPEST:
            return 0.5
        needed = np.log(self.target / first.misfit) / rate
        return float((np.log(above.beta / first.beta) - needed) / np.log(above.beta / below.beta))

    def start(self, beta: float) -> State | None:
        """State to start from at a beta: of the closest trials, the one with the least objective."""
        states = [trial.state for trial in (self.above, self.below) if trial is not None]
        return min(states, key=lambda state: 0.5 * state.misfit + beta * state.penalty, default=None)

    def closest(self) -> State | None:
        """State, of all that were tried, whose misfit is closest to the target."""
        best = min(self.trials, key=lambda trial: abs(np.log(max(trial.misfit, 1e-300) / self.target)), default=None)
        return None if best is None else best.state
