"""Solvers of one objective: misfit plus beta times a regularizer, within bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geoinv.linop import LinearOperator
from geoinv.quadratic import conjugate_gradients, projected_gradients
from geoinv.regularizers import Regularizer

__all__ = ["GaussNewton", "Objective", "State", "minimise"]

Array = npt.NDArray[np.float64]


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
    gram_diagonal : array of ``operator.domain_shape``
        Diagonal of F' W^2 F or an estimate of it, for the preconditioner.
    """

    operator: LinearOperator
    data: Array
    weights: Array
    regularizer: Regularizer
    beta: float
    bounds: tuple[Array, Array]
    gram_diagonal: Array

    def with_beta(self, beta: float) -> Objective:
        """Return the same objective at another trade-off."""
        return replace(self, beta=beta)

    def evaluate(self, z: Array) -> State:
        """State at z, projected on the bounds."""
        inside = np.clip(z, *self.bounds)
        residual = self.weights * (self.operator(inside).astype(np.float64) - self.data)
        misfit = float(np.vdot(residual, residual))
        return State(inside, residual, misfit, self.regularizer.value(inside))

    def total(self, state: State) -> float:
        """J of a state."""
        return 0.5 * state.misfit + self.beta * state.penalty

    def gradient(self, state: State) -> Array:
        """Gradient of J at a state."""
        data_part = self.operator.T(self.weights * state.residual).astype(np.float64)
        return np.asarray(data_part + self.beta * self.regularizer.gradient(state.z))

    def curvature(self, state: State, v: Array) -> Array:
        """Gauss-Newton Hessian of J at a state, times v."""
        field = self.weights**2 * self.operator(v).astype(np.float64)
        return np.asarray(
            self.operator.T(field).astype(np.float64) + self.beta * self.regularizer.curvature(state.z, v)
        )

    def curvature_diagonal(self, state: State) -> Array:
        """Diagonal of the Hessian as far as it is known; 1 where nothing is."""
        diagonal = self.gram_diagonal
        own = getattr(self.regularizer, "curvature_diagonal", None)
        if own is not None:
            diagonal = diagonal + self.beta * own(state.z)
        return np.where(diagonal > 0.0, diagonal, 1.0)


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
    """

    z: Array
    residual: Array
    misfit: float
    penalty: float

    @property
    def finite(self) -> bool:
        """Whether misfit and penalty are numbers."""
        return bool(np.isfinite(self.misfit) and np.isfinite(self.penalty))


@dataclass(frozen=True)
class GaussNewton:
    """Gauss-Newton: minimise the quadratic that J is near a model, within the bounds, then search along the step.

    The quadratic is minimised by conjugate gradients, or by projected gradients where there are bounds.

    Parameters
    ----------
    inner_tolerance : float
        Reduction asked of the quadratic's gradient in each step.
    inner_iterations : int
        Most applications of the Hessian a step.
    tolerance : float
        A minimisation ends when J decreases by less than this share of the misfit's half.
    iterations : int
        Most steps of a minimisation.
    """

    inner_tolerance: float = 0.1
    inner_iterations: int = 20
    tolerance: float = 5e-3
    iterations: int = 12

    def step(self, objective: Objective, state: State) -> State:
        """One step: never a larger J; the same state where no decrease can be found."""
        gradient = objective.gradient(state)
        direction = self._direction(objective, state, gradient)
        slope = float(np.vdot(gradient, direction))
        if not slope < 0.0:
            return state
        start = objective.total(state)
        length = 1.0
        for _ in range(12):
            candidate = objective.evaluate(state.z + length * direction)
            if candidate.finite and objective.total(candidate) <= start + 1e-4 * length * slope:
                return candidate
            length *= 0.5
        return state

    def _direction(self, objective: Objective, state: State, gradient: Array) -> Array:
        lower, upper = (bound - state.z for bound in objective.bounds)
        preconditioner = 1.0 / objective.curvature_diagonal(state)
        limits = self.inner_tolerance, self.inner_iterations

        def curvature(v: Array) -> Array:
            return objective.curvature(state, v)

        if np.isneginf(lower).all() and np.isposinf(upper).all():
            return conjugate_gradients(curvature, -gradient, preconditioner, *limits)
        return projected_gradients(curvature, -gradient, (lower, upper), preconditioner, *limits)

    def terminate(self, objective: Objective, previous: State, state: State) -> bool:
        """Whether the last step gained too little to go on."""
        gain = objective.total(previous) - objective.total(state)
        # beside the misfit, not J: a learned phi may be far from zero at its minimum, and J all phi
        return gain <= self.tolerance * 0.5 * previous.misfit


def minimise(
    objective: Objective, solver: GaussNewton, state: State, after_step: Callable[[State, State], bool]
) -> State:
    """Step until the solver terminates.

    Parameters
    ----------
    objective : Objective
        What to minimise.
    solver : GaussNewton
        How.
    state : State
        Where to start.
    after_step : callable
        Told the states before and after every step; True ends the minimisation early.
    """
    for _ in range(solver.iterations):
        previous, state = state, solver.step(objective, state)
        enough = after_step(previous, state)
        if enough or not state.finite or solver.terminate(objective, previous, state):
            break
    return state
