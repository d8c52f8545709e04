"""Cooling: lower beta until the data are fitted as well as they should be."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import asdict, replace

import numpy as np

from geoinv.inversion.beta_search import WINDOW, BetaSearch, Trial
from geoinv.inversion.data_floor import DataFloor, data_floor
from geoinv.inversion.objective import State
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.run import Enough, Run
from geoinv.inversion.warm_start import beta_of

__all__ = ["cool"]

NEAR_FLOOR = 1.5
"""Target in place of one that no model reaches, relative to the lowest chi^2 that any does."""

LASTING = 1.5
"""How many times as much as by its last applications a minimisation may still change the misfit."""

TRUSTED = 10
"""Trials that may be left by the course of their misfit alone: a search that goes on for longer was misled by it."""

TIGHTER = 0.1
"""Factor on the solver's tolerance when trials contradict each other."""

TIGHTEST = 1e-9


def cool(run: Run, iterations: int, beta: float | None = None) -> Generator[Run, None, Run]:
    """Lower beta until the target is met, then bisect it into the window.

    Parameters
    ----------
    run : Run
        Where to start.
    iterations : int
        Most betas tried.
    beta : float, optional
        First beta; if it is not given, that of the initial model, or where regularizer and data balance.

    Yields
    ------
    Run
        After every step of every minimisation.

    Returns
    -------
    Run
        The last one, which has ended.
    """
    problem = run.problem
    at_reference = run.state if problem.start is problem.reference else problem.objective.evaluate(problem.reference)
    if run.chi2(at_reference) <= WINDOW[1] * run.target and problem.prefers(at_reference):
        return run.at(at_reference, beta=np.inf, excess=0.0).ended(Outcome.REFERENCE_FITS)
    search, origin = BetaSearch(run.target), run.state
    if beta is None:
        beta = float(run.numbers("first beta", lambda: {"beta": _first_beta(run)})["beta"])
    floor: DataFloor | None = None
    for _ in range(iterations):
        run = yield from run.minimising(beta, search.start(beta) or origin, _far_from(search, run))
        state = run.attempt.state
        if not state.finite:
            kept = ": the operator or the objective overflowed, kept the last finite model"
            return run.ended(Outcome.NOT_FINITE, kept)
        trial = Trial(beta, state, run.chi2(state))
        search = search.with_trial(trial)
        if floor is None and _slow(search, run):
            floor = _floor(run, state, search.window[1] * problem.data.size)
            if not floor.below_target:
                search = search.with_target(NEAR_FLOOR * floor.misfit / problem.data.size)
        if floor is not None and not floor.below_target:
            if trial.misfit <= search.window[1]:
                return (yield from _at_floor(run, search, floor))
        elif (outcome := _met(search, trial, run)) is not None:
            detail = f", {run.distance}" if outcome is Outcome.MET_UNCONVERGED else ""
            return run.ended(outcome, detail)
        if search.contradicted and run.attempt.converged and run.solver.tolerance > TIGHTEST:
            run = replace(run, solver=replace(run.solver, tolerance=TIGHTER * run.solver.tolerance))
        beta = search.next_beta()
    closest = search.closest()
    run = run if closest is None else run.at(closest)
    return run.ended(Outcome.OUT_OF_ITERATIONS, f" after {iterations} trade-offs")


def _far_from(search: BetaSearch, run: Run) -> Enough:
    """Whether a minimisation can be left: its misfit is sure, or by its course all but sure, not to be in the window.

    J grows from its minimum by at least half the square of the change of the weighted residual, so that the residual's
    norm at the minimum differs by at most sqrt(2 gap). That is so where the data are a linear map of the model. The
    misfit comes to rest long before that bound tells: it is taken to change by no more than a multiple of what it has
    changed lately. A trial that is left decides where to look next, never how the search ends.
    """
    low, high = (np.sqrt(limit * run.problem.data.size) for limit in search.window)
    linear = run.problem.objective.linear
    trusted = len(search.trials) < TRUSTED

    def enough(misfit: float, gap: float, drift: float) -> bool:
        size, change = np.sqrt(misfit), np.sqrt(2.0 * max(gap, 0.0))
        resting = trusted and (misfit - LASTING * drift > high**2 or misfit + LASTING * drift < low**2)
        return linear and bool(size - change > high or size + change < low or resting)

    return enough


def _slow(search: BetaSearch, run: Run) -> bool:
    """Whether the lowest misfit of any model is to be looked for, which steps that fit a linear map's data find."""
    return search.slow and run.problem.objective.linear


def _first_beta(run: Run) -> float:
    """Beta at which an initial model of an earlier inversion was found, or else where regularizer and data balance."""
    problem = run.problem
    warm = None if problem.start is problem.reference else beta_of(problem, run.state)
    return problem.first_beta(run.state) if warm is None else warm


def _floor(run: Run, state: State, wanted: float) -> DataFloor:
    """The lowest misfit, as a checkpoint tells it or looked for."""
    return DataFloor(**run.numbers("data floor", lambda: asdict(data_floor(run.problem, state, wanted))))


def _met(search: BetaSearch, trial: Trial, run: Run) -> Outcome | None:
    """How the search ends with its last trial, if it does."""
    low, high = search.window
    if low <= trial.misfit <= high:
        close = run.minimum.converged or run.minimum.exhausted
        return Outcome.REACHED if close else Outcome.MET_UNCONVERGED
    return Outcome.PREFERRED_FITS if search.below_everywhere else None


def _at_floor(run: Run, search: BetaSearch, floor: DataFloor) -> Generator[Run, None, Run]:
    """End with the simplest model tried that is near the lowest misfit, minimised as one step allows."""
    simplest = max((trial for trial in search.trials if trial.misfit <= search.window[1]), key=lambda t: t.beta)
    run = replace(run, solver=replace(run.solver, iterations=1))
    run = yield from run.minimising(simplest.beta, simplest.state)
    close = run.minimum.converged or run.minimum.exhausted
    distance = "" if close else f", {run.distance}"
    return run.ended(Outcome.STALLED, f": {floor.sentence(run.problem.data.size)}{distance}")
