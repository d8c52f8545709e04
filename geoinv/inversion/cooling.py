"""Cooling: lower the trade-off until the data are fitted as well as they should be."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.progress import report
from geoinv.inversion.beta_search import WINDOW, TradeOffSearch, Trial
from geoinv.inversion.data_floor import DataFloor, data_floor
from geoinv.inversion.fit_doubts import structured_residuals, usual_causes
from geoinv.inversion.gauss_newton import Minimum, State, minimise
from geoinv.inversion.problem import InverseProblem
from geoinv.inversion.solution import Solution, Step

__all__ = ["Run"]

NEAR_FLOOR = 1.5
"""Target in place of one that no model reaches, relative to the lowest chi^2 that any does."""

TIGHTER = 0.1
"""Factor on the solver's tolerance when trials contradict each other."""

TIGHTEST = 1e-9

FINITE = 1e-300
"""Stands for zero where a logarithm is taken."""


@dataclass
class Run:
    """One inversion under way.

    Attributes
    ----------
    problem : InverseProblem
        What is inverted.
    target : float
        Target of chi^2/N.
    minimum : Minimum
        Current model, and how near it is to the minimum at its trade-off.
    history : list of Step
        One entry a trade-off.
    status, reached : str, bool
        How it ended.
    """

    problem: InverseProblem
    target: float
    minimum: Minimum = field(init=False)
    history: list[Step] = field(default_factory=list)
    status: str = ""
    reached: bool = False
    _cooled: bool = False
    _unfitted: bool = False
    _began: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        """Start from the problem's first model.

        Raises
        ------
        InputError
            If misfit or penalty are not finite there.
        """
        start = self.problem.objective.evaluate(self.problem.start)
        if not start.finite:
            raise InputError(
                "invert expects an operator and a regularizer that are finite at the initial model, got a misfit of "
                f"{start.misfit:g} and a penalty of {start.penalty:g}; check both, and the size of the initial model"
            )
        self.minimum = Minimum(replace(start, beta=np.nan), np.inf, False)
        self._first = max(self.chi2(start), FINITE)
        self._solver = self.problem.solver

    @property
    def state(self) -> State:
        """Current model."""
        return self.minimum.state

    def chi2(self, state: State) -> float:
        """chi^2/N of a state."""
        return state.misfit / self.problem.data.size

    def end(self, reached: bool, reason: str) -> None:
        """Note how the inversion ended."""
        self.reached = reached
        self.status = f"{reason}: chi^2/N = {self.chi2(self.state):.4g}, target {self.target:g}"

    def minimise_at(self, beta: float) -> Minimum:
        """Minimise at one trade-off from the current state and make the result current."""
        return self._minimise(beta, self.state, lambda misfit, gap: False)

    def end_at(self, reason: str) -> None:
        """Note how the minimisation at a trade-off that was asked for ended."""
        converged = self.minimum.converged
        self.end(converged, f"{reason}, {'converged' if converged else self._distance()}")

    def _distance(self) -> str:
        """How far the current model is from the minimum."""
        minimum = self.minimum
        if np.isfinite(minimum.excess):
            size = f"the objective may fall by {_part(minimum.excess)} of beta phi"
        else:
            size = "how far the objective lies above its minimum is not known"
        why = "where the operator's precision ends" if minimum.exhausted else "after as many steps as the solver allows"
        return f"not converged ({size}, {why})"

    def _minimise(self, beta: float, start: State, enough: Callable[[float, float], bool]) -> Minimum:
        def after_step(state: State) -> None:
            if state.finite:
                self.minimum = Minimum(state, np.inf, False)
            self._report(state)

        minimum = minimise(self.problem.objective.with_beta(beta), self._solver, start, after_step, enough)
        state = minimum.state
        if state.finite:
            self.minimum = minimum
        seconds = time.perf_counter() - self._began
        self.history.append(Step(beta, self.chi2(state), state.penalty, seconds, minimum.excess))
        return minimum

    def _try(self, beta: float, start: State, search: TradeOffSearch) -> Minimum:
        """Minimise at a trade-off, no further than it takes to be sure that its misfit is not in the window.

        J grows from its minimum by at least half the square of the change of the weighted residual, so that the
        residual's norm at the minimum differs by at most sqrt(2 gap).
        """
        low, high = (np.sqrt(limit * self.problem.data.size) for limit in search.window)

        def enough(misfit: float, gap: float) -> bool:
            size, change = np.sqrt(misfit), np.sqrt(2.0 * max(gap, 0.0))
            return bool(size - change > high or size + change < low)

        return self._minimise(beta, start, enough)

    def _report(self, state: State) -> None:
        whole = max(np.log(self._first / self.target), 1e-12)
        done = np.clip(np.log(self._first / max(self.chi2(state), FINITE)), 0.0, whole)
        report(f"inversion, chi^2/N {self.chi2(state):.3g}", float(done), float(whole))

    def cool(self, iterations: int) -> None:
        """Lower the trade-off until the target is met, then bisect it into the window."""
        reference = self.problem.objective.evaluate(self.problem.reference)
        if self.chi2(reference) <= WINDOW[1] * self.target and self.problem.prefers(reference):
            self.minimum = Minimum(replace(reference, beta=np.inf), 0.0, True)
            self.end(True, "target reached by the reference model")
            return
        self._cooled = True
        search = TradeOffSearch(self.target)
        beta, origin = self.problem.first_beta(self.state), self.state
        floor: DataFloor | None = None
        for _ in range(iterations):
            minimum = self._try(beta, search.start(beta) or origin, search)
            if not minimum.state.finite:
                self.end(False, "not finite: the operator or the objective overflowed, kept the last finite model")
                return
            trial = Trial(beta, minimum.state, self.chi2(minimum.state))
            search.add(trial)
            if self._ended(search, trial, minimum, floor):
                return
            if search.contradicted and minimum.converged and self._solver.tolerance > TIGHTEST:
                self._solver = replace(self._solver, tolerance=TIGHTER * self._solver.tolerance)
            if search.slow and floor is None:
                floor = data_floor(self.problem, minimum.state, search.window[1] * self.problem.data.size)
                if not floor.below_target:
                    search = search.with_target(NEAR_FLOOR * floor.misfit / self.problem.data.size)
                    if self._ended(search, trial, minimum, floor):
                        return
            beta = search.next_beta()
        closest = search.closest()
        if closest is not None:
            self.minimum = Minimum(closest, np.inf, False)
        self._unfitted = True
        self.end(False, f"out of iterations after {iterations} trade-offs")

    def _ended(self, search: TradeOffSearch, trial: Trial, minimum: Minimum, floor: DataFloor | None) -> bool:
        """Whether the last trial ends the search; then the status says how."""
        low, high = search.window
        if floor is not None and not floor.below_target and trial.misfit <= high:
            self._end_at_floor(search, floor)
        elif low <= trial.misfit <= high:
            close = minimum.converged or minimum.exhausted
            self.end(close, "target reached" if close else f"target met, {self._distance()}")
        elif search.below_everywhere:
            self.end(True, "target reached by the model that the regularizer alone prefers")
        else:
            return False
        return True

    def _end_at_floor(self, search: TradeOffSearch, floor: DataFloor) -> None:
        """End with the simplest model tried that is near the lowest misfit, minimised as one step allows."""
        simplest = max((trial for trial in search.trials if trial.misfit <= search.window[1]), key=lambda t: t.beta)
        self._solver = replace(self._solver, iterations=1)
        last = self._minimise(simplest.beta, simplest.state, lambda misfit, gap: False)
        distance = "" if last.converged or last.exhausted else f", {self._distance()}"
        self._unfitted = True
        self.end(False, f"stalled: {floor.sentence(self.problem.data.size)}{distance}")

    def _doubts(self, predicted: npt.NDArray[np.float64]) -> str:
        """What is wrong with a fit that was to meet a target, after a semicolon; empty where nothing is."""
        if not self._cooled or not (self._unfitted or self.reached):
            return ""
        problem = self.problem
        structure = structured_residuals(problem.physics, problem.data, predicted, problem.uncertainty)
        if not (structure or self._unfitted):
            return ""
        return "; ".join(["", *([structure] if structure else []), usual_causes(problem.physics, self.reached)])

    def solution(self, settings: dict[str, Any]) -> Solution:
        """Solution at the current state."""
        problem = self.problem
        model = np.asarray(problem.embedding(self.state.z), dtype=np.float64)
        mesh = getattr(problem.physics, "mesh", None)
        if mesh is not None:
            model = np.where(mesh.active, model, 0.0)
        field_of_model = problem.physics(model).astype(np.float64)
        if problem.free_level is None:
            level = np.full(field_of_model.shape[:-1], problem.known_level)
        else:
            level = problem.free_level.level(problem.data - field_of_model)
        predicted = field_of_model + np.asarray(level)[..., None]
        return Solution(
            operator=problem.physics,
            model=model,
            predicted=predicted,
            data=problem.data,
            uncertainty=problem.uncertainty,
            base_level=np.asarray(level),
            status=self.status + self._doubts(predicted),
            reached=self.reached,
            target=self.target,
            beta=self.state.beta,
            excess=self.minimum.excess,
            history=tuple(self.history),
            settings=settings,
        )


def _part(excess: float) -> str:
    """Part of a number, for a reader."""
    return f"up to {100.0 * excess:.2g} %" if excess < 10.0 else f"up to {excess:.2g} times"
