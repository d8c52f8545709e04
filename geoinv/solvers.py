"""Solvers of one objective: misfit plus beta times a regularizer, within bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geoinv.linop import LinearOperator
from geoinv.regularizers import Regularizer

__all__ = ["GaussNewtonCG", "Objective", "State", "conjugate_gradients", "minimise"]

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


def conjugate_gradients(
    curvature: Callable[[Array], Array], rhs: Array, preconditioner: Array, tolerance: float, iterations: int
) -> Array:
    """Solve ``H x = rhs`` for a positive semidefinite H, approximately.

    Parameters
    ----------
    curvature : callable
        Applies H.
    rhs : array
        Right-hand side.
    preconditioner : array
        Diagonal of an approximate inverse of H; 0 holds an entry of x at 0.
    tolerance : float
        Reduction of the preconditioned residual at which to stop.
    iterations : int
        Most applications of H.

    Returns
    -------
    array
        Where H has no curvature along a direction, x so far.
    """
    x = np.zeros_like(rhs)
    residual = rhs
    scaled = preconditioner * residual
    direction = scaled
    energy = start = float(np.vdot(residual, scaled))
    for _ in range(iterations):
        if energy <= tolerance**2 * start or energy <= 0.0:
            break
        image = curvature(direction)
        curved = float(np.vdot(direction, image))
        if curved <= 0.0:
            break
        step = energy / curved
        x = x + step * direction
        residual = residual - step * image
        scaled = preconditioner * residual
        energy, last = float(np.vdot(residual, scaled)), energy
        direction = scaled + (energy / last) * direction
    return x


@dataclass(frozen=True)
class GaussNewtonCG:
    """Projected Gauss-Newton: conjugate gradients among the free unknowns, then a search within the bounds.

    Parameters
    ----------
    cg_tolerance : float
        Reduction asked of conjugate gradients in each step.
    cg_iterations : int
        Most conjugate-gradient iterations a step.
    tolerance : float
        A minimisation ends when J decreases by less than this share of the misfit's half.
    iterations : int
        Most steps of a minimisation.
    """

    cg_tolerance: float = 0.1
    cg_iterations: int = 20
    tolerance: float = 5e-3
    iterations: int = 12

    def step(self, objective: Objective, state: State) -> State:
        """One step: never a larger J; the same state where no decrease can be found."""
        gradient = objective.gradient(state)
        lower, upper = objective.bounds
        held = ((state.z <= lower) & (gradient > 0.0)) | ((state.z >= upper) & (gradient < 0.0))
        preconditioner = np.where(held, 0.0, 1.0 / objective.curvature_diagonal(state))
        direction = conjugate_gradients(
            lambda v: np.where(held, 0.0, objective.curvature(state, v)),
            np.where(held, 0.0, -gradient),
            preconditioner,
            self.cg_tolerance,
            self.cg_iterations,
        )
        start = objective.total(state)
        length = 1.0
        for _ in range(12):
            candidate = objective.evaluate(state.z + length * direction)
            slope = float(np.vdot(gradient, candidate.z - state.z))
            if candidate.finite and objective.total(candidate) <= start + 1e-4 * slope and slope < 0.0:
                return candidate
            length *= 0.5
        return state

    def terminate(self, objective: Objective, previous: State, state: State) -> bool:
        """Whether the last step gained too little to go on."""
        gain = objective.total(previous) - objective.total(state)
        # beside the misfit, not J: a learned phi may be far from zero at its minimum, and J all phi
        return gain <= self.tolerance * 0.5 * previous.misfit


def minimise(objective: Objective, solver: GaussNewtonCG, state: State, after_step: Callable[[State], None]) -> State:
    """Step until the solver terminates.

    Parameters
    ----------
    objective : Objective
        What to minimise.
    solver : GaussNewtonCG
        How.
    state : State
        Where to start.
    after_step : callable
        Told every new state.
    """
    for _ in range(solver.iterations):
        previous, state = state, solver.step(objective, state)
        after_step(state)
        if not state.finite or solver.terminate(objective, previous, state):
            break
    return state
