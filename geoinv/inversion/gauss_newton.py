"""Solvers of one objective: misfit plus beta times a regularizer, within bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linop import LinearOperator
from geoinv.inversion.bounded_quadratic import Iterate, inner_product, minimise_quadratic
from geoinv.regularizers.smooth import Regularizer

__all__ = ["GaussNewton", "LocalQuadratic", "Minimum", "Objective", "State", "minimise"]

Array = npt.NDArray[np.float64]
Enough = Callable[[float, float], bool]

LOOK_BACK = 20
"""Applications of the Hessian whose gain estimates how far J is from its minimum where no bound is known."""

CAUTION = 10.0
"""Factor on that estimate where a minimisation is to be left before its end."""


@dataclass(frozen=True)
class Objective:
    """``J(z) = 1/2 |W (F z - d)|^2 + beta phi(z)``, with z between bounds.

    Attributes
    ----------
    operator : LinearOperator
        F, the physics after the embedding.
    data, weights : arrays of ``operator.range_shape``
        d, and the diagonal of W: 1/uncertainty.
    regularizer : Regularizer
        phi.
    beta : float
        Trade-off.
    bounds : (array or float, array or float)
        Lowest and highest z.
    resistance : array of ``operator.domain_shape``
        Diagonal of phi's curvature or an estimate of it, for the preconditioner, where phi does not tell it.
    beginning : float
        phi of the reference model, where it is no quadratic.
    """

    operator: LinearOperator
    data: Array
    weights: Array
    regularizer: Regularizer
    beta: float
    bounds: tuple[Array, Array]
    resistance: Array | None = None
    beginning: float = 0.0

    def with_beta(self, beta: float) -> Objective:
        """Return the same objective at another trade-off."""
        return replace(self, beta=beta)

    def evaluate(self, z: Array) -> State:
        """State at z, projected on the bounds."""
        inside = np.clip(z, *self.bounds)
        residual = self.weights * (self.operator(inside).astype(np.float64) - self.data)
        misfit = inner_product(residual, residual)
        return State(inside, residual, misfit, self.regularizer.value(inside), self.beta)

    def total(self, state: State) -> float:
        """J of a state."""
        return 0.5 * state.misfit + self.beta * state.penalty if self.beta > 0.0 else 0.5 * state.misfit

    @property
    def quadratic(self) -> bool:
        """Whether J is one quadratic everywhere, with phi zero at its minimum."""
        return bool(getattr(self.regularizer, "quadratic", False)) or self.beta == 0.0

    def scale(self, total: float, misfit: float) -> float:
        """What a distance from the minimum is compared with: beta phi, from the value that phi begins at.

        Then the tolerance is one of the model's own size, also where the misfit is nearly all of J. Where phi is no
        quadratic, half the misfit counts as well, as its beginning need not be its lowest value.
        """
        penalty = abs(total - 0.5 * misfit - self.beta * self.beginning)
        return penalty if self.quadratic else penalty + 0.5 * misfit

    def gradient(self, state: State) -> Array:
        """Gradient of J at a state."""
        gradient = self.operator.T(self.weights * state.residual).astype(np.float64)
        if self.beta > 0.0:
            gradient = gradient + self.beta * self.regularizer.gradient(state.z)
        return np.asarray(gradient)

    def diagonal(self, z: Array) -> Array:
        """Diagonal of phi's curvature, or what stands for it: zero where nothing is known."""
        own = getattr(self.regularizer, "curvature_diagonal", None)
        if own is not None:
            return np.asarray(own(z), np.float64)
        return np.ones(self.operator.domain_shape) if self.resistance is None else self.resistance

    def preconditioner(self, z: Array) -> Array:
        """Diagonal of the inverse of phi's curvature over beta.

        The data see a few directions of a model only, which conjugate gradients find one by one. All others are
        phi's alone, and with its diagonal they look alike; with the data's diagonal beside it they would not, where
        beta is small.
        """
        diagonal = self.diagonal(z)
        usable = diagonal > 0.0
        scale = self.beta if self.beta > 0.0 else 1.0
        return np.where(usable, 1.0 / (scale * np.where(usable, diagonal, 1.0)), 0.0 if usable.any() else 1.0)

    def excess(self, z: Array, gradient: Array) -> float:
        """Most that J can be above its minimum: infinite where phi does not tell how fast it grows at least.

        With phi's Hessian nowhere below a diagonal C, J at any z' is at least
        ``J(z) + g'(z' - z) + 1/2 beta (z' - z)' C (z' - z)``, whose minimum within the bounds is found cell by cell.
        """
        floor = getattr(self.regularizer, "curvature_floor", None)
        if floor is None or not self.beta > 0.0:
            return np.inf
        slowest = self.beta * np.asarray(floor(), np.float64)
        unbound = slowest <= 0.0
        if np.any(unbound & (gradient != 0.0)):
            return np.inf
        move = np.clip(z - gradient / np.where(unbound, 1.0, slowest), *self.bounds) - z
        return -inner_product(gradient, move) - 0.5 * inner_product(slowest * move, move)


@dataclass(frozen=True)
class State:
    """A model with what was computed from it.

    Attributes
    ----------
    z : array
        Unknowns.
    residual : array
        W (F z - d).
    misfit : float
        Its squared norm, chi^2.
    penalty : float
        phi(z).
    beta : float
        Trade-off at which it was computed.
    """

    z: Array
    residual: Array
    misfit: float
    penalty: float
    beta: float = np.nan

    @property
    def finite(self) -> bool:
        """Whether misfit and penalty are numbers."""
        return bool(np.isfinite(self.misfit) and np.isfinite(self.penalty))


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


@dataclass(frozen=True)
class LocalQuadratic:
    """J near a state, with phi's curvature as it is there."""

    objective: Objective
    z: Array

    def image(self, x: Array) -> Array:
        """Weighted data of x."""
        return np.asarray(self.objective.weights * self.objective.operator(x).astype(np.float64))

    def hessian(self, x: Array, image: Array) -> Array:
        """Hessian times x, given its weighted data."""
        objective = self.objective
        result = objective.operator.T(objective.weights * image).astype(np.float64)
        if objective.beta > 0.0:
            result = result + objective.beta * objective.regularizer.curvature(self.z, x)
        return np.asarray(result)


class _Watch:
    """How far the quadratic is above its minimum, followed from iterate to iterate."""

    def __init__(
        self, objective: Objective, state: State, stop: Callable[[Iterate, float, float, float], bool]
    ) -> None:
        self.objective, self.state, self.stop = objective, state, stop
        self.total = objective.total(state)
        self.changes: list[tuple[int, float]] = [(0, 0.0)]

    def __call__(self, now: Iterate) -> bool:
        total = self.total + now.change
        bound = self.objective.excess(self.state.z + now.x, now.gradient)
        self.changes.append((now.applications, now.change))
        estimate = self.estimate(now)
        return self.stop(now, bound if np.isfinite(bound) else estimate, min(bound, CAUTION * estimate), total)

    def estimate(self, now: Iterate) -> float:
        """Gain of the last applications: what conjugate gradients still have to gain is about as much."""
        window = max(LOOK_BACK, now.applications // 4)
        if now.applications < window:
            return np.inf
        before = [change for count, change in self.changes if count <= now.applications - window][-1]
        return before - now.change


def minimise(
    objective: Objective,
    solver: GaussNewton,
    state: State,
    after_step: Callable[[State], None] = lambda state: None,
    enough: Enough = lambda misfit, excess: False,
) -> Minimum:
    """Step until J is as near its minimum as the solver's tolerance asks.

    Parameters
    ----------
    objective : Objective
        What to minimise.
    solver : GaussNewton
        How.
    state : State
        Where to start.
    after_step : callable
        Told the state after every step.
    enough : callable
        Told chi^2 and how far J is above its minimum at most (or about), in the unit of J; True ends the minimisation
        early.
    """
    state = replace(state, beta=objective.beta)
    estimate = np.inf
    idle = False
    for _ in range(solver.iterations):
        total = objective.total(state)
        gradient = objective.gradient(state)
        if not np.isfinite(gradient).all():
            return Minimum(replace(state, misfit=np.nan), np.inf, False)
        bound = objective.excess(state.z, gradient)
        gap = bound if np.isfinite(bound) else estimate
        relative = _relative(gap, objective.scale(total, state.misfit))
        if relative <= solver.tolerance or _flat(objective, state.z, gradient):
            return Minimum(state, min(relative, solver.tolerance), True)
        if idle or enough(state.misfit, min(bound, CAUTION * estimate)):
            return Minimum(state, relative, False, exhausted=idle)

        def stop(now: Iterate, gap: float, likely: float, total: float) -> bool:
            if not objective.quadratic:
                return gap <= -solver.inner_tolerance * now.change
            misfit = inner_product(now.residual, now.residual)
            return gap <= 0.5 * solver.tolerance * objective.scale(total, misfit) or enough(misfit, likely)

        start = Iterate(np.zeros_like(state.z), state.residual, gradient)
        watch = _Watch(objective, state, stop)
        limits = objective.bounds[0] - state.z, objective.bounds[1] - state.z
        local = LocalQuadratic(objective, state.z)
        found = minimise_quadratic(
            local, start, limits, objective.preconditioner(state.z), watch, solver.inner_iterations
        )
        estimate = watch.estimate(found)
        following = _line_search(objective, state, found, gradient)
        gain = total - objective.total(following)
        # a step that was to lead further than rounding lets one see, and did not
        idle = not gain > _precision(objective) * total
        if not objective.quadratic:
            estimate = max(gain, 0.0)
        state = following if gain >= 0.0 else state
        after_step(state)
        if not following.finite:
            return Minimum(following, np.inf, False)
    gradient = objective.gradient(state)
    bound = objective.excess(state.z, gradient)
    gap = bound if np.isfinite(bound) else estimate
    relative = _relative(gap, objective.scale(objective.total(state), state.misfit))
    return Minimum(state, relative, relative <= solver.tolerance)


def _relative(gap: float, total: float) -> float:
    return 0.0 if gap <= 0.0 else gap / total if total > 0.0 else np.inf


def _precision(objective: Objective) -> float:
    """Relative decrease of J that rounding of the operator hides."""
    return 10.0 * float(np.finfo(objective.operator.dtype).eps)


def _flat(objective: Objective, z: Array, gradient: Array) -> bool:
    """Whether no move within the bounds goes downhill."""
    return not np.any(np.clip(z - gradient, *objective.bounds) - z)


def _line_search(objective: Objective, state: State, found: Iterate, gradient: Array) -> State:
    """State along the step whose J is lower by what its slope promises; the same one where there is none."""
    slope = inner_product(gradient, found.x)
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
