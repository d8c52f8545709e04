"""The lowest misfit that any model reaches: what data-fitting steps alone cannot lower."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geoinv.core.whole import total
from geoinv.inversion.bounded_quadratic import Iterate, minimise_quadratic
from geoinv.inversion.objective import State
from geoinv.inversion.problem import InverseProblem
from geoinv.inversion.products import inner_product

__all__ = ["DataFloor", "data_floor"]

WINDOW = (40, 400)
"""Last applications of the data's curvature whose gain tells whether there is more to come: as many as there are data
or unknowns, after which conjugate gradients have seen all, between these numbers."""

STEPS = 2000
"""Most applications."""

SETTLED = 0.01
"""Part of the misfit that the last ones gained, below which it counts as the lowest."""


@dataclass(frozen=True)
class DataFloor:
    """What data-fitting steps came to.

    Attributes
    ----------
    misfit : float
        chi^2 that they reached.
    proven : bool
        Whether further ones do not lower it.
    below_target : bool
        Whether it meets the target: cooling gets there.
    steps : int
        Applications of the data's curvature.
    """

    misfit: float
    proven: bool
    below_target: bool
    steps: int

    def sentence(self, data: int) -> str:
        """What was found, for a number of data."""
        lowest = f"chi^2/N = {self.misfit / data:.4g}"
        if self.proven:
            return f"no model within the bounds fits the data better than {lowest}"
        return f"{self.steps} steps that fit the data alone, whatever the model, came to {lowest} only"


def data_floor(problem: InverseProblem, state: State, wanted: float) -> DataFloor:
    """Lower the misfit alone, from a model on, until it meets what is wanted or falls no more.

    Parameters
    ----------
    problem : InverseProblem
        Its objective's bounds hold.
    state : State
        Where to start.
    wanted : float
        chi^2 below which the question is answered.
    """
    objective = problem.objective.with_beta(0.0)
    misfits: list[tuple[int, float]] = [(0, state.misfit)]
    window = int(np.clip(min(total(state.z.size), state.residual.size), *WINDOW))

    def watch(now: Iterate) -> bool:
        misfit = inner_product(now.residual, now.residual)
        misfits.append((now.applications, misfit))
        return misfit <= wanted or _gain(misfits, window) <= SETTLED

    local = objective.near(state)
    start = Iterate(np.zeros_like(state.z), state.residual, local.gradient())
    limits = objective.bounds[0] - state.z, objective.bounds[1] - state.z
    found = minimise_quadratic(local, start, limits, objective.preconditioner(state.z), watch, STEPS)
    misfit = inner_product(found.residual, found.residual)
    ended = found.applications < STEPS
    return DataFloor(misfit, proven=misfit > wanted and ended, below_target=misfit <= wanted, steps=found.applications)


def _gain(misfits: list[tuple[int, float]], window: int) -> float:
    """Part of the misfit that the last applications took off it; 1 before there are as many."""
    count, misfit = misfits[-1]
    earlier = [value for number, value in misfits if number <= count - window]
    return 1.0 if not earlier or misfit <= 0.0 else (earlier[-1] - misfit) / misfit
