"""Solvers of one objective: misfit plus beta times a regularizer, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geoinv.core.whole import anywhere, everywhere
from geoinv.inversion.bounded_quadratic import Iterate, minimise_quadratic
from geoinv.inversion.objective import Objective, State
from geoinv.inversion.preconditioners import Preconditioner
from geoinv.inversion.products import inner_product, model_product

__all__ = ["GaussNewton", "Minimum", "minima"]

Array = npt.NDArray[np.float64]
Enough = Callable[[float, float, float], bool]

LOOK_BACK = 20
"""Applications of the Hessian whose gain estimates how far J is from its minimum where no bound is known."""

LATELY = 12
"""Applications whose change of the misfit tells whether it comes to rest."""

CAUTION = 10.0
"""Factor on that estimate where a minimisation is to be left before its end."""


@dataclass(frozen=True)
class Minimum:
    """Where a minimisation ended.

    Attributes
    ----------
    state : State
        The model.
    excess : float
        How far J is above its minimum at most, as a part of ``beta phi`` (where phi is no quadratic: of half the
        misfit and of what phi has grown): a bound where phi has a ``curvature_floor``, an estimate elsewhere.
    converged : bool
        Whether that meets the tolerance.
    exhausted : bool
        Whether the arithmetic of the operator allows no further decrease.
    """

    state: State
    excess: float
    converged: bool
    exhausted: bool = False


@dataclass(frozen=True)
class GaussNewton:
    """Gauss-Newton: minimise the quadratic that J is near a model, within the bounds, then search along the step.

    The quadratic is minimised by conjugate gradients; where there are bounds, among the unknowns that lie on none.
    Where phi is quadratic itself, so is J, and one step leads to its minimum.

    Parameters
    ----------
    tolerance : float
        A minimisation has converged when J is above its minimum by no more than this part of ``beta phi`` (where phi
        is no quadratic: of half the misfit and of what phi has grown from the reference).
    iterations : int
        Most steps of a minimisation.
    inner_tolerance : float
        Reduction asked of the quadratic's distance from its minimum in each step, where J is no quadratic.
    inner_iterations : int
        Most applications of the Hessian a step.
    """

    tolerance: float = 1e-4
    iterations: int = 8
    inner_tolerance: float = 0.1
    inner_iterations: int = 500


def _never(misfit: float, excess: float, drift: float) -> bool:
    return False


class _Watch:
    """How far the quadratic is above its minimum, followed from iterate to iterate."""

    def __init__(
        self, objective: Objective, state: State, stop: Callable[[Iterate, float, float], bool], leave: Enough
    ) -> None:
        self.objective, self.state, self.stop, self.leave = objective, state, stop, leave
        self.total = objective.total(state)
        self.left = False
        self.gap = np.inf
        self.changes: list[tuple[int, float, float]] = [(0, 0.0, state.misfit)]

    def __call__(self, now: Iterate) -> bool:
        total = self.total + now.change
        bound = self.objective.excess(self.state.z + now.x, now.gradient)
        misfit = inner_product(now.residual, now.residual)
        estimate, drift = self.estimate(now), self.drift(now, misfit)
        self.changes.append((now.applications, now.change, misfit))
        self.gap = bound if np.isfinite(bound) else estimate
        self.left = self.leave(misfit, min(bound, CAUTION * estimate), drift)
        return self.left or self.stop(now, self.gap, total)

    def estimate(self, now: Iterate) -> float:
        """Gain of the last applications: what conjugate gradients still have to gain is about as much."""
        before = self._before(now, LOOK_BACK)
        return np.inf if before is None else before[1] - now.change

    def drift(self, now: Iterate, misfit: float) -> float:
        """Change of chi^2 by the last applications."""
        before = self._before(now, LATELY)
        return np.inf if before is None else abs(misfit - before[2])

    def _before(self, now: Iterate, least: int) -> tuple[int, float, float] | None:
        window = max(least, now.applications // 4)
        if now.applications < window:
            return None
        return [change for change in self.changes if change[0] <= now.applications - window][-1]


def minima(
    objective: Objective,
    solver: GaussNewton,
    state: State,
    enough: Enough = _never,
    preconditioner: Preconditioner | None = None,
) -> Iterator[Minimum]:
    """Step until J is as near its minimum as the solver's tolerance asks.

    Parameters
    ----------
    objective : Objective
        What to minimise.
    solver : GaussNewton
        How.
    state : State
        Where to start.
    enough : callable
        Told chi^2, how far J is above its minimum at most (or about), in the unit of J, and how much the last
        applications changed chi^2; True ends the minimisation early.
    preconditioner : Preconditioner, optional
        Of all steps; the objective's diagonal at each by default.

    Yields
    ------
    Minimum
        Where each step ended, and at last where the minimisation did.
    """
    state = replace(state, beta=objective.beta)
    estimate = np.inf
    idle = False
    for _ in range(solver.iterations):
        total = objective.total(state)
        local = objective.near(state)
        gradient = local.gradient()
        if not everywhere(np.isfinite(gradient)):
            yield Minimum(replace(state, misfit=np.nan), np.inf, False)
            return
        bound = objective.excess(state.z, gradient)
        gap = bound if np.isfinite(bound) else estimate
        relative = _relative(gap, objective.scale(total, state.misfit))
        if relative <= solver.tolerance or _flat(objective, state.z, gradient):
            yield Minimum(state, min(relative, solver.tolerance), True)
            return
        if idle or enough(state.misfit, min(bound, CAUTION * estimate), np.inf):
            yield Minimum(state, relative, False, exhausted=idle)
            return

        def stop(now: Iterate, gap: float, total: float) -> bool:
            if not objective.quadratic:
                return gap <= -solver.inner_tolerance * now.change
            misfit = inner_product(now.residual, now.residual)
            return gap <= 0.5 * solver.tolerance * objective.scale(total, misfit)

        start = Iterate(np.zeros_like(state.z), state.residual, gradient)
        watch = _Watch(objective, state, stop, enough if objective.quadratic else _never)
        limits = objective.bounds[0] - state.z, objective.bounds[1] - state.z
        inverse = objective.preconditioner(state.z) if preconditioner is None else preconditioner
        found = minimise_quadratic(local, start, limits, inverse, watch, solver.inner_iterations)
        estimate = watch.estimate(found)
        following = _line_search(objective, state, found, gradient)
        gain = total - objective.total(following)
        # a step that was to lead further than rounding lets one see, and did not
        idle = not gain > _precision(objective) * total
        if not objective.quadratic:
            estimate = max(gain, 0.0)
        state = following if gain >= 0.0 else state
        if not following.finite:
            yield Minimum(following, np.inf, False)
            return
        if watch.left:
            yield Minimum(state, _relative(watch.gap, objective.scale(objective.total(state), state.misfit)), False)
            return
        yield Minimum(state, np.inf, False)
    bound = objective.excess(state.z, objective.near(state).gradient())
    gap = bound if np.isfinite(bound) else estimate
    relative = _relative(gap, objective.scale(objective.total(state), state.misfit))
    yield Minimum(state, relative, relative <= solver.tolerance)


def _relative(gap: float, total: float) -> float:
    return 0.0 if gap <= 0.0 else gap / total if total > 0.0 else np.inf


def _precision(objective: Objective) -> float:
    """Relative decrease of J that rounding of the operator hides."""
    return 10.0 * float(np.finfo(objective.operator.dtype).eps)


def _flat(objective: Objective, z: Array, gradient: Array) -> bool:
    """Whether no move within the bounds goes downhill."""
    return not anywhere(np.clip(z - gradient, *objective.bounds) - z)


def _line_search(objective: Objective, state: State, found: Iterate, gradient: Array) -> State:
    """State along the step whose J is lower by what its slope promises; the same one where there is none."""
    slope = model_product(gradient, found.x)
    if not slope < 0.0:
        return state
    total = objective.total(state)
    length = 1.0
    candidate = state
    for _ in range(12):
        candidate = objective.evaluate(state.z + length * found.x)
        if candidate.finite and objective.total(candidate) <= total + 1e-4 * length * slope:
            return candidate
        length *= 0.5
    return state if candidate.finite else candidate
