"""Cooling: lower the trade-off until the data are fitted as well as they should be."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geoinv.inverse_problem import InverseProblem
from geoinv.progress import report
from geoinv.solution import Solution, Step
from geoinv.solvers import State, minimise

__all__ = ["Run"]

COOLING = 6.0
"""Factor between trade-offs on the way down."""

WINDOW = (0.98, 1.01)
"""Where chi^2/N may end, relative to the target."""

NARROW = 1.02
"""Ratio of the trade-offs on both sides of the target below which their misfits should agree."""

STALL = 12
"""Further coolings, at the rate of the last two, beyond which the target counts as out of reach."""


@dataclass
class Run:
    """One inversion under way.

    Attributes
    ----------
    problem : InverseProblem
        What is inverted.
    target : float
        Target of chi^2/N.
    state : State
        Current model.
    history : list of Step
        One entry a trade-off.
    status, reached : str, bool
        How it ended.
    """

    problem: InverseProblem
    target: float
    state: State = field(init=False)
    history: list[Step] = field(default_factory=list)
    status: str = ""
    reached: bool = False
    _began: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        """Start from the problem's first model."""
        self.state = self.problem.objective.evaluate(self.problem.start)
        self._first = max(self.chi2(self.state), 1e-300)

    def chi2(self, state: State) -> float:
        """chi^2/N of a state."""
        return state.misfit / self.problem.data.size

    def end(self, reached: bool, reason: str) -> None:
        """Note how the inversion ended."""
        self.reached = reached
        self.status = f"{reason}: chi^2/N = {self.chi2(self.state):.4g}, target {self.target:g}"

    def minimise_at(self, beta: float, start: State | None = None) -> State:
        """Minimise at one trade-off from the current state (or another) and make the result current."""

        def after_step(state: State) -> None:
            if state.finite:
                self.state = state
            self._report(state)

        state = minimise(self.problem.objective.with_beta(beta), self.problem.solver, start or self.state, after_step)
        seconds = time.perf_counter() - self._began
        self.history.append(Step(beta, self.chi2(state), state.penalty, seconds))
        return state

    def _report(self, state: State) -> None:
        whole = max(np.log(self._first / self.target), 1e-12)
        done = np.clip(np.log(self._first / max(self.chi2(state), 1e-300)), 0.0, whole)
        report(f"inversion, chi^2/N {self.chi2(state):.3g}", float(done), float(whole))

    def cool(self, iterations: int) -> None:
        """Lower the trade-off until the target is met, then bisect it into the window."""
        low, high = WINDOW[0] * self.target, WINDOW[1] * self.target
        if self.chi2(self.state) <= high:
            self.end(True, "target reached by the reference model")
            return
        beta = self.problem.first_beta(self.state)
        above: tuple[float, State] | None = None
        below: tuple[float, State] | None = None
        origin = self.state
        trail = [self.chi2(origin)]
        for _ in range(iterations):
            state = self.minimise_at(beta, _nearest(beta, above, below) or origin)
            misfit = self.chi2(state)
            if not state.finite:
                self.end(False, "not finite: the objective overflowed, kept the last finite model")
                return
            if low <= misfit <= high:
                self.end(True, "target reached")
                return
            if misfit > high:
                above = (beta, state)
                trail.append(misfit)
            else:
                below = (beta, state)
            if above is not None and below is not None and above[0] < NARROW * below[0]:
                # neighbours that disagree: the older was left before its minimum, its misfit is another beta's
                above, below = (above, None) if misfit > high else (None, below)
                trail = [misfit]
            if below is None:
                if len(trail) > 3 and STALL * 0.5 * np.log(trail[-3] / misfit) < np.log(misfit / high):
                    self.end(False, "stalled: a lower beta hardly lowers the misfit any more")
                    return
                beta /= COOLING
            elif above is None:
                beta *= COOLING
            else:
                beta = self._between(above, below)
        ends = [end[1] for end in (above, below) if end is not None]
        self.state = min(ends, key=lambda state: abs(np.log(self.chi2(state) / self.target)), default=self.state)
        self.end(False, f"out of iterations after {iterations} trade-offs")

    def _between(self, above: tuple[float, State], below: tuple[float, State]) -> float:
        """Trade-off inside the bracket where chi^2, a line in logarithms, meets the target.

        Kept off the bracket's ends by a tenth of it, so that it shrinks as bisection does.
        """
        misfits = np.log([self.chi2(above[1]), self.chi2(below[1])])
        share = (misfits[0] - np.log(self.target)) / (misfits[0] - misfits[1])
        share = float(np.clip(share, 0.1, 0.9))
        return float(above[0] ** (1.0 - share) * below[0] ** share)

    def solution(self, settings: dict[str, Any]) -> Solution:
        """Solution at the current state."""
        problem = self.problem
        model = np.asarray(problem.embedding(self.state.z), dtype=np.float64)
        grid = getattr(problem.physics, "grid", None)
        if grid is not None:
            model = np.where(grid.active, model, 0.0)
        field_of_model = problem.physics(model).astype(np.float64)
        if problem.free_level is None:
            level = np.full(field_of_model.shape[:-1], problem.known_level)
        else:
            level = problem.free_level.level(problem.data - field_of_model)
        return Solution(
            operator=problem.physics,
            model=model,
            predicted=field_of_model + np.asarray(level)[..., None],
            data=problem.data,
            uncertainty=problem.uncertainty,
            base_level=np.asarray(level),
            status=self.status,
            reached=self.reached,
            target=self.target,
            history=tuple(self.history),
            settings=settings,
        )


def _nearest(beta: float, *ends: tuple[float, State] | None) -> State | None:
    """State of the trade-off closest to `beta`, to start from."""
    known = [end for end in ends if end is not None]
    return min(known, key=lambda end: abs(np.log(end[0] / beta)))[1] if known else None
