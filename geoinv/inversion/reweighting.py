"""Reweighting: inversions one after another, each with the weights that the model before gives its regularizer."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np

from geoinv.core.checks import InputError
from geoinv.inversion.beta_search import WINDOW
from geoinv.inversion.cooling import cool
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.products import model_norm
from geoinv.inversion.run import Run
from geoinv.regularizers.base import Reweighted

__all__ = ["loosened", "refuse_reweighted", "reweight"]

MOST = 40
"""Reweightings."""

LOOSE = 0.1
"""Tolerance of the minimisations between two reweightings: the next weights move the minimum much further."""

LOOSE_APPLICATIONS, LOOSE_STEPS = 20, 1
"""Most applications of the Hessian a step, and steps, of such a minimisation."""

UNCHANGED = 0.02
"""Change of the model by a reweighting, relative to its norm, below which it counts as unchanged."""

NEAR = (0.95, 1.05)
"""chi^2/N, relative to the target, from which minimisations are as close as asked."""

AIM = 0.995
"""chi^2/N, relative to the target, that beta is led to: the middle of the window."""

POWER, STEP = 0.8, 3.0
"""Power of the misfit that beta is changed by between two reweightings, and the most that it is changed by: misfits
grow with a power of beta between 0.5 and 2."""


def reweight(run: Run, iterations: int) -> Generator[Run, None, Run]:
    """Go on from the model of the first weights until weights and model agree, at the same target or beta.

    Between reweightings beta follows the misfit, one minimisation at a time. Where model and weights do not come to
    agree, or an update changes nothing, beta is searched for with the last weights as :func:`cool` does.

    Parameters
    ----------
    run : Run
        One that has ended: at the target, or at a beta that was given.
    iterations : int
        Most betas tried with the last weights.

    Yields
    ------
    Run
        After every step of every minimisation.

    Returns
    -------
    Run
        The last one, which has ended; the same one where it met no target, or where nothing is to be reweighted.
    """
    phi: Any = run.problem.objective.regularizer
    if not isinstance(phi, Reweighted) or phi.settled:
        return run
    if run.outcome not in (Outcome.REACHED, Outcome.MET_UNCONVERGED, Outcome.BETA_AS_GIVEN):
        return replace(run, detail=f"{run.detail} with the first weights of {type(phi).__name__}")
    fixed = run.outcome is Outcome.BETA_AS_GIVEN
    strict, beta, change, done = run.problem.solver, run.state.beta, np.inf, ""
    run = replace(loosened(run), outcome=None, detail="")
    for number in range(1, MOST + 1):
        before = run.state.z
        following = phi.update(before, beta)
        if following is phi:
            done = f" after {number - 1} reweightings"
            break
        phi = following
        run = replace(run, problem=replace(run.problem, objective=replace(run.problem.objective, regularizer=phi)))
        run = yield from run.minimising(beta, replace(run.state, penalty=phi.value(before)))
        if not run.attempt.state.finite:
            return run.ended(Outcome.NOT_FINITE, ": the reweighted objective overflowed, kept the last finite model")
        size, moved = model_norm(before), model_norm(run.state.z - before)
        change = moved / size if size > 0.0 else 0.0
        fit = run.chi2(run.state) / run.target
        settled = phi.settled and change < UNCHANGED
        if settled and run.solver is strict and (fixed or WINDOW[0] <= fit <= WINDOW[1]):
            return _ended(run, fixed, f" after {number} reweightings")
        if settled and (fixed or NEAR[0] <= fit <= NEAR[1]):
            run = replace(run, solver=strict)
        beta = beta if fixed else beta * float(np.clip(max(fit / AIM, 1e-9) ** -POWER, 1.0 / STEP, STEP))
    run = replace(run, solver=strict)
    run = (yield from run.minimising(beta)) if fixed else (yield from cool(run, iterations, beta))
    left = done or f" after {MOST} reweightings, the last of which changed the model by {100.0 * change:.2g} %"
    return _ended(run, True, left) if fixed else replace(run, detail=f"{left}{run.detail}")


def _ended(run: Run, fixed: bool, after: str) -> Run:
    """Run that has ended at the beta that was given, or within the window."""
    if fixed:
        return run.ended(Outcome.BETA_AS_GIVEN, after)
    if run.minimum.converged or run.minimum.exhausted:
        return run.ended(Outcome.REACHED, after)
    return run.ended(Outcome.MET_UNCONVERGED, f"{after}, {run.distance}")


def loosened(run: Run) -> Run:
    """Run that minimises no closer than it takes to give weights, where its regularizer is reweighted."""
    phi = run.problem.objective.regularizer
    if not isinstance(phi, Reweighted) or phi.settled:
        return run
    strict = run.problem.solver
    loose = replace(
        strict,
        tolerance=max(LOOSE, strict.tolerance),
        inner_iterations=min(LOOSE_APPLICATIONS, strict.inner_iterations),
        iterations=LOOSE_STEPS,
    )
    return replace(run, solver=loose)


def refuse_reweighted(owner: str, regularizer: Any) -> None:
    """Reject a regularizer whose penalty changes on the way, where penalties are to be compared.

    Raises
    ------
    InputError
        If the regularizer is reweighted.
    """
    if isinstance(regularizer, Reweighted) and not regularizer.settled:
        raise InputError(
            f"{owner} compares the penalties of one regularizer over betas, got {type(regularizer).__name__}, whose "
            "weights change; take Smooth, or leave beta out so that the target decides"
        )
