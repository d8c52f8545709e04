"""The objective of an inversion, and what it is near a model."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geoinv.algebra.forward_model import NonlinearOperator
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.whole import anywhere
from geoinv.inversion.products import inner_product, model_product
from geoinv.regularizers.base import Regularizer

__all__ = ["LocalQuadratic", "Objective", "State"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Objective:
    """``J(z) = 1/2 |W (F z - d)|^2 + beta phi(z)``, with z between bounds.

    Attributes
    ----------
    operator : LinearOperator or NonlinearOperator
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

    operator: LinearOperator | NonlinearOperator
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
        residual = self.weights * (np.asarray(self.operator(inside), np.float64) - self.data)
        misfit = inner_product(residual, residual)
        return State(inside, residual, misfit, self.regularizer.value(inside), self.beta)

    def total(self, state: State) -> float:
        """J of a state."""
        return 0.5 * state.misfit + self.beta * state.penalty if self.beta > 0.0 else 0.5 * state.misfit

    @property
    def linear(self) -> bool:
        """Whether the data are a linear map of z."""
        return isinstance(self.operator, LinearOperator)

    @property
    def quadratic(self) -> bool:
        """Whether J is one quadratic everywhere, with phi zero at its minimum."""
        return self.linear and (self.beta == 0.0 or bool(getattr(self.regularizer, "quadratic", False)))

    def scale(self, total: float, misfit: float) -> float:
        """What a distance from the minimum is compared with: beta phi, from the value that phi begins at.

        Then the tolerance is one of the model's own size, also where the misfit is nearly all of J. Where phi is no
        quadratic, half the misfit counts as well, as its beginning need not be its lowest value.
        """
        penalty = abs(total - 0.5 * misfit - self.beta * self.beginning)
        return penalty if self.quadratic else penalty + 0.5 * misfit

    def near(self, state: State) -> LocalQuadratic:
        """J near a state, with the Jacobian of the data there."""
        return LocalQuadratic(self, state, self.operator.linearise(state.z))

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
        return np.where(usable, 1.0 / (scale * np.where(usable, diagonal, 1.0)), 0.0 if anywhere(usable) else 1.0)

    def excess(self, z: Array, gradient: Array) -> float:
        """Most that J can be above its minimum, where that is known.

        It is infinite where phi does not tell how fast it grows at least, or where the data are no linear map. With
        phi's Hessian nowhere below a diagonal C, J at any z' is at least
        ``J(z) + g'(z' - z) + 1/2 beta (z' - z)' C (z' - z)``, whose minimum within the bounds is found cell by cell.
        """
        floor = getattr(self.regularizer, "curvature_floor", None)
        if floor is None or not self.beta > 0.0 or not self.linear:
            return np.inf
        slowest = self.beta * np.asarray(floor(), np.float64)
        unbound = slowest <= 0.0
        if anywhere(unbound & (gradient != 0.0)):
            return np.inf
        move = np.clip(z - gradient / np.where(unbound, 1.0, slowest), *self.bounds) - z
        return -model_product(gradient, move) - 0.5 * model_product(slowest * move, move)


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
class LocalQuadratic:
    """J near a state: its data linearised, with phi's curvature as it is there.

    Attributes
    ----------
    objective : Objective
        J.
    state : State
        Where.
    jacobian : LinearOperator
        Derivative of the data there.
    """

    objective: Objective
    state: State
    jacobian: LinearOperator

    def gradient(self) -> Array:
        """Gradient of J at the state."""
        objective, state = self.objective, self.state
        gradient = self.jacobian.T(objective.weights * state.residual).astype(np.float64)
        if objective.beta > 0.0:
            gradient = gradient + objective.beta * objective.regularizer.gradient(state.z)
        return np.asarray(gradient)

    def image(self, x: Array) -> Array:
        """Weighted data of a step x."""
        return np.asarray(self.objective.weights * self.jacobian(x).astype(np.float64))

    def hessian(self, x: Array, image: Array) -> Array:
        """Hessian times x, given its weighted data."""
        objective = self.objective
        result = self.jacobian.T(objective.weights * image).astype(np.float64)
        if objective.beta > 0.0:
            result = result + objective.beta * objective.regularizer.curvature(self.state.z, x)
        return np.asarray(result)
