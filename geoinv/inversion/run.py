"""An inversion under way: the current model, what was tried, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.progress import report
from geoinv.inversion.checkpoint import Checkpoint
from geoinv.inversion.fit_doubts import doubts_of
from geoinv.inversion.gauss_newton import GaussNewton, Minimum, minima
from geoinv.inversion.objective import State
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.problem import InverseProblem
from geoinv.inversion.recorded import minimum_from, minimum_kept
from geoinv.inversion.solution import Solution, Step

__all__ = ["Run"]

Array = npt.NDArray[np.float64]
Enough = Callable[[float, float, float], bool]

FINITE = 1e-300
"""Stands for zero where a logarithm is taken."""

SAME_BETA = 1e-6
"""Relative difference of betas that follow from the same results on other machines."""


@dataclass(frozen=True)
class Run:
    """One inversion under way; every step makes a new one.

    Attributes
    ----------
    problem : InverseProblem
        What is inverted.
    target : float
        Target of chi^2/N.
    solver : GaussNewton
        How each beta's objective is minimised.
    minimum : Minimum
        Current model, always finite, and how near it is to the minimum at its beta.
    attempt : Minimum
        Where the last minimisation ended, finite or not.
    first : float
        chi^2/N at the start.
    began : float
        When it began, as time.perf_counter tells it.
    history : tuple of Step
        One entry a beta.
    outcome : Outcome or None
        How it ended.
    detail : str
        What is to be said of that besides.
    checkpoint : Checkpoint or None
        Where what was minimised is kept.
    """

    problem: InverseProblem
    target: float
    solver: GaussNewton
    minimum: Minimum
    attempt: Minimum
    first: float
    began: float
    history: tuple[Step, ...] = ()
    outcome: Outcome | None = None
    detail: str = ""
    checkpoint: Checkpoint | None = None

    @classmethod
    def begin(cls, problem: InverseProblem, target: float, checkpoint: Checkpoint | None = None) -> Run:
        """Start from the problem's first model.

        Raises
        ------
        InputError
            If misfit or penalty are not finite there.
        """
        start = problem.objective.evaluate(problem.start)
        if not start.finite:
            raise InputError(
                "invert expects an operator and a regularizer that are finite at the initial model, got a misfit of "
                f"{start.misfit:g} and a penalty of {start.penalty:g}; check both, and the size of the initial model"
            )
        minimum = Minimum(replace(start, beta=np.nan), np.inf, False)
        first = max(start.misfit / problem.data.size, FINITE)
        began = time.perf_counter()
        return cls(problem, target, problem.solver, minimum, minimum, first, began, checkpoint=checkpoint)

    @property
    def state(self) -> State:
        """Current model."""
        return self.minimum.state

    def chi2(self, state: State) -> float:
        """chi^2/N of a state."""
        return state.misfit / self.problem.data.size

    def at(self, state: State, beta: float | None = None, excess: float = np.inf) -> Run:
        """Run with another model as the current one."""
        state = state if beta is None else replace(state, beta=beta)
        return replace(self, minimum=Minimum(state, excess, excess == 0.0))

    def minimising(
        self, beta: float, start: State | None = None, enough: Enough = lambda misfit, gap, drift: False
    ) -> Generator[Run, None, Run]:
        """Minimise at one beta, from the current model or another.

        Parameters
        ----------
        beta : float
            Trade-off.
        start : State, optional
            Where to start.
        enough : callable
            As :func:`geoinv.inversion.gauss_newton.minima` takes it.

        Yields
        ------
        Run
            After every step, and at the end.

        Returns
        -------
        Run
            The last one, with the beta in its history.
        """
        run = self
        known = None if self.checkpoint is None else self.checkpoint.known("beta")
        if known is not None:
            run = self._taken(beta, *known)
            yield run
            return run
        for minimum in minima(self.problem.objective.with_beta(beta), self.solver, start or self.state, enough):
            run = replace(run, attempt=minimum, minimum=minimum if minimum.state.finite else run.minimum)
            run._report()
            yield run
        state = run.attempt.state
        seconds = time.perf_counter() - self.began
        step = Step(beta, self.chi2(state), state.penalty, seconds, run.attempt.excess)
        run = replace(run, history=(*run.history, step))
        if run.checkpoint is not None:
            run.checkpoint.add("beta", *minimum_kept(step, run.attempt, run.minimum))
        yield run
        return run

    def _taken(self, beta: float, meta: Mapping[str, Any], arrays: Mapping[str, Array]) -> Run:
        """Run with the minimisation at a beta as a checkpoint tells it, as if the time until then had been this run's.

        Raises
        ------
        InputError
            If it was at another beta: the inversion does not go the same way here.
        """
        step, attempt, minimum = minimum_from(meta, arrays)
        if not np.isclose(step.beta, beta, rtol=SAME_BETA, atol=0.0):
            assert self.checkpoint is not None, "what was taken"
            raise InputError(
                f"{self.checkpoint.path} expects the betas of this inversion, got {step.beta:g} where {beta:g} is "
                "next; remove it to begin anew"
            )
        began = min(self.began, time.perf_counter() - step.seconds)
        return replace(self, attempt=attempt, minimum=minimum, history=(*self.history, step), began=began)

    def numbers(self, kind: str, compute: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        """Numbers that take applications of the physics to find, as a checkpoint tells them or computed."""
        if self.checkpoint is None:
            return compute()
        return self.checkpoint.step(kind, lambda: (compute(), {}))[0]

    def _report(self) -> None:
        whole = max(np.log(self.first / self.target), 1e-12)
        done = np.clip(np.log(self.first / max(self.chi2(self.state), FINITE)), 0.0, whole)
        report(f"inversion, chi^2/N {self.chi2(self.state):.3g}", float(done), float(whole))

    def ended(self, outcome: Outcome, detail: str = "") -> Run:
        """Run that has ended."""
        return replace(self, outcome=outcome, detail=detail)

    @property
    def reached(self) -> bool:
        """Whether it ended where it was to: at the target, or with a given beta or at a corner converged."""
        if self.outcome in (Outcome.BETA_AS_GIVEN, Outcome.CORNER):
            return self.minimum.converged
        return self.outcome in (Outcome.REACHED, Outcome.REFERENCE_FITS, Outcome.PREFERRED_FITS)

    @property
    def ending(self) -> str:
        """Sentence that says how it ended."""
        assert self.outcome is not None, "a run that has ended"
        detail = self.detail
        if self.outcome in (Outcome.BETA_AS_GIVEN, Outcome.CORNER):
            detail += ", converged" if self.minimum.converged else f", {self.distance}"
        fit = f"chi^2/N = {self.chi2(self.state):.4g}, target {self.target:g}"
        return f"{self.outcome.value}{detail}: {fit}"

    @property
    def distance(self) -> str:
        """How far the current model is from the minimum."""
        minimum = self.minimum
        if np.isfinite(minimum.excess):
            size = f"the objective may fall by {_part(minimum.excess)} of beta phi"
        else:
            size = "how far the objective lies above its minimum is not known"
        why = "where the operator's precision ends" if minimum.exhausted else "after as many steps as the solver allows"
        return f"not converged ({size}, {why})"

    def solution(self, settings: dict[str, Any]) -> Solution:
        """Solution at the current model."""
        problem, outcome = self.problem, self.outcome
        assert outcome is not None, "a run that has ended"
        model = np.asarray(problem.embedding(self.state.z), dtype=np.float64)
        mesh = getattr(problem.physics, "mesh", None)
        if mesh is not None:
            model = np.where(mesh.active, model, 0.0)
        field_of_model = np.asarray(problem.physics(model), np.float64)
        if problem.free_level is None:
            level = np.full(field_of_model.shape[:-1], problem.known_level)
        else:
            level = problem.free_level.level(problem.data - field_of_model)
        predicted = field_of_model + np.asarray(level)[..., None]
        doubts: tuple[str, ...] = ()
        if outcome.searched:
            doubts = doubts_of(problem.physics, problem.data, predicted, problem.uncertainty, self.reached)
        if hasattr(problem.objective.regularizer, "doubts"):
            doubts = (*problem.objective.regularizer.doubts(self.state.z, self.state.beta), *doubts)
        return Solution(
            operator=problem.physics,
            model=model,
            predicted=predicted,
            data=problem.data,
            uncertainty=problem.uncertainty,
            base_level=np.asarray(level),
            outcome=outcome,
            ending=self.ending,
            doubts=doubts,
            reached=self.reached,
            target=self.target,
            beta=self.state.beta,
            excess=self.minimum.excess,
            history=self.history,
            settings=settings,
            problem=problem,
            z=self.state.z,
        )


def _part(excess: float) -> str:
    """Part of a number, for a reader."""
    return f"up to {100.0 * excess:.2g} %" if excess < 10.0 else f"up to {excess:.2g} times"
