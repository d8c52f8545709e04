"""Cooling: lower the trade-off until the data are fitted as well as they should be."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geoinv.inverse_problem import InverseProblem
from geoinv.progress import report
from geoinv.solution import Solution, Step
from geoinv.solvers import State, minimise
from geoinv.trade_off_search import TradeOffSearch, Trial

__all__ = ["Run"]

SETTLED = 0.1
"""Last change of chi^2, by its distance from the target, below which a trade-off that misses it needs no more steps."""


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

    def minimise_at(self, beta: float) -> State:
        """Minimise at one trade-off from the current state and make the result current."""
        return self._minimise(beta, self.state, lambda previous, state: False)

    def _minimise(self, beta: float, start: State, enough: Callable[[State, State], bool]) -> State:
        def after_step(previous: State, state: State) -> bool:
            if state.finite:
                self.state = state
            self._report(state)
            return enough(previous, state)

        state = minimise(self.problem.objective.with_beta(beta), self.problem.solver, start, after_step)
        seconds = time.perf_counter() - self._began
        self.history.append(Step(beta, self.chi2(state), state.penalty, seconds))
        return state

    def _try(self, beta: float, start: State, search: TradeOffSearch) -> Trial:
        """Minimise at a trade-off, no further than it takes to see that its misfit is not in the window."""
        low, high = search.window
        passed = False

        def enough(previous: State, state: State) -> bool:
            nonlocal passed
            if search.thorough:
                return False
            before, after = self.chi2(previous), self.chi2(state)
            passed = before > high and after < low
            aside = not low <= after <= high
            return passed or (aside and abs(after - before) < SETTLED * abs(after - self.target))

        state = self._minimise(beta, start, enough)
        return Trial(beta, state, self.chi2(state), settled=not passed)

    def _report(self, state: State) -> None:
        whole = max(np.log(self._first / self.target), 1e-12)
        done = np.clip(np.log(self._first / max(self.chi2(state), 1e-300)), 0.0, whole)
        report(f"inversion, chi^2/N {self.chi2(state):.3g}", float(done), float(whole))

    def cool(self, iterations: int) -> None:
        """Lower the trade-off until the target is met, then bisect it into the window."""
        search = TradeOffSearch(self.target)
        low, high = search.window
        if self.chi2(self.state) <= high:
            self.end(True, "target reached by the reference model")
            return
        beta, origin = self.problem.first_beta(self.state), self.state
        for _ in range(iterations):
            trial = self._try(beta, search.start(beta) or origin, search)
            if not trial.state.finite:
                self.end(False, "not finite: the objective overflowed, kept the last finite model")
                return
            if low <= trial.misfit <= high:
                self.end(True, "target reached")
                return
            search.add(trial)
            if search.stalled:
                self.end(False, "stalled: a lower beta hardly lowers the misfit any more")
                return
            beta = search.next_beta()
        self.state = search.closest() or self.state
        self.end(False, f"out of iterations after {iterations} trade-offs")

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
