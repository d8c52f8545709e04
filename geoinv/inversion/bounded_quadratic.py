"""Minimum of a least-squares quadratic whose Hessian can only be applied: anywhere, or within bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from geoinv.core.whole import anywhere, everywhere, smallest
from geoinv.inversion.preconditioners import Diagonal, Preconditioner
from geoinv.inversion.products import inner_product, model_product

__all__ = ["Iterate", "Quadratic", "minimise_quadratic"]

Array = npt.NDArray[np.float64]
Watch = Callable[["Iterate"], bool]

LONGER = 1.3
"""Factor on the last step's best length for the next one within bounds: what is too long is shortened at no cost."""

SHORTEST, LONGEST = 0.3, 2.0
"""Least and most that a step's best length counts for, relative to its own, when the next one's is predicted."""


IDLE = 20
"""Steps in a row within bounds that lower the quadratic by less than rounding lets one see, after which it ends."""


class Quadratic(Protocol):
    """``q(x) = 1/2 |r + image(x)|^2 + 1/2 x' R x + linear terms``, R the curvature of a regularizer."""

    def image(self, x: Array) -> Array:
        """Weighted data of x."""

    def hessian(self, x: Array, image: Array) -> Array:
        """Hessian times x, given the image of x."""


@dataclass(frozen=True)
class Iterate:
    """A point of the search with all that is known of it.

    Attributes
    ----------
    x : array
        Distance from where the search began.
    residual : array
        Weighted residual of the data.
    gradient : array
        Gradient of the quadratic.
    change : float
        Value of the quadratic less that at the beginning: zero or negative.
    applications : int
        Applications of the Hessian so far.
    """

    x: Array
    residual: Array
    gradient: Array
    change: float = 0.0
    applications: int = 0

    def moved(self, step: Array, image: Array, curved: Array, factor: float = 1.0) -> Iterate:
        """Iterate after a step, given its image and the Hessian times it."""
        return Iterate(
            self.x + factor * step,
            self.residual + factor * image,
            self.gradient + factor * curved,
            self.change + factor * model_product(self.gradient, step) + 0.5 * factor**2 * model_product(step, curved),
            self.applications + 1,
        )


def minimise_quadratic(
    quadratic: Quadratic,
    start: Iterate,
    bounds: tuple[Array, Array],
    preconditioner: Array | Preconditioner,
    watch: Watch,
    iterations: int,
) -> Iterate:
    """Minimise a convex quadratic over x within bounds, approximately.

    Without bounds these are preconditioned conjugate gradients. With bounds, each direction is made conjugate to the
    last step in the same way, among the unknowns that the gradient does not hold at a bound; a step of the length
    that the one before predicts is projected on the bounds, and the best point on the straight way there is taken. So
    each iteration costs one application, and unknowns come to their bounds and leave them in any number at a time.

    Parameters
    ----------
    quadratic : Quadratic
        What to minimise.
    start : Iterate
        x = 0, with the residual and gradient there.
    bounds : (array or float, array or float)
        Lowest and highest x, with 0 between.
    preconditioner : array or Preconditioner
        Approximate inverse of the Hessian, or its diagonal, in which zero holds an unknown where it is.
    watch : callable
        Told every iterate within the bounds; True ends the search.
    iterations : int
        Most applications of the Hessian.

    Returns
    -------
    Iterate
        Where the quadratic is not above its value at 0, but for rounding.
    """
    if isinstance(preconditioner, np.ndarray):
        if everywhere(np.isneginf(bounds[0])) and everywhere(np.isposinf(bounds[1])):
            return _conjugate_gradients(quadratic, start, preconditioner, watch, iterations)
        preconditioner = Diagonal(preconditioner)
    # one that learns changes from step to step, as the projected directions allow
    return _Projected(quadratic, bounds, preconditioner).minimise(start, watch, iterations)


@dataclass
class _Projected:
    """Projected conjugate gradients.

    The last step is kept with the Hessian times it, so that the next direction is conjugate to it (Hestenes and
    Stiefel) but for the unknowns that have come to a bound since.
    """

    quadratic: Quadratic
    bounds: tuple[Array, Array]
    preconditioner: Preconditioner
    length: float = 0.0
    last: tuple[Array, Array] | None = None
    idle: int = 0
    plain: bool = False

    def minimise(self, now: Iterate, watch: Watch, iterations: int) -> Iterate:
        while now.applications < iterations:
            target = self._target(now)
            move = target - now.x
            slope = model_product(now.gradient, move)
            if not slope < 0.0:
                if self.last is None and self.plain:
                    break
                # what bounds cut off a direction need not leave it downhill, but for one of each unknown by itself
                self.plain, self.last = self.last is None, None
                continue
            image = self.quadratic.image(move)
            curved = self.quadratic.hessian(move, image)
            curvature = model_product(move, curved)
            best = -slope / curvature if curvature > 0.0 else np.inf
            factor = best if best < 1.0 else min(best, self._room(now.x, move))
            following = now.moved(move, image, curved, factor)
            self.idle = 0 if following.change < now.change else self.idle + 1
            if not np.isfinite(following.change) or self.idle >= IDLE:
                break
            # exactly on the bound, which sums of differences may miss by rounding
            x = target if factor == 1.0 else np.clip(following.x, *self.bounds)
            now = replace(following, x=x)
            self.length *= LONGER * min(max(best, SHORTEST), LONGEST)
            self.last, self.plain = None, False
            if curvature > 0.0:
                self.last = move, curved
                self.preconditioner.learn(move, curved)
            if watch(now):
                break
        return now

    def _target(self, now: Iterate) -> Array:
        """Projection on the bounds of a step of the predicted length."""
        lower, upper = self.bounds
        held = ((now.x <= lower) & (now.gradient >= 0.0)) | ((now.x >= upper) & (now.gradient <= 0.0))
        inverse = self.preconditioner.plain if self.plain else self.preconditioner
        direction = -inverse(now.gradient, ~held)
        if self.last is None:
            self.length = LONGER * self._first_length(now.gradient, direction)
        else:
            step, curved = self.last
            share = -model_product(direction, curved) / model_product(step, curved)
            if share > 0.0:
                direction += share * np.where(held, 0.0, step)
        return np.asarray(np.clip(now.x + self.length * direction, lower, upper))

    def _first_length(self, gradient: Array, direction: Array) -> float:
        """Best length of a step as the data alone tell it, 1 at most, which is about the best for the regularizer."""
        if not anywhere(direction):
            return 0.0
        image = self.quadratic.image(direction)
        size = inner_product(image, image)
        slope = -model_product(gradient, direction)
        return slope / size if size > slope else 1.0

    def _room(self, x: Array, move: Array) -> float:
        """Largest factor on a move that keeps within the bounds."""
        lower, upper = (np.broadcast_to(bound, x.shape) for bound in self.bounds)
        down, up = move < 0.0, move > 0.0
        room = np.min((lower[down] - x[down]) / move[down], initial=np.inf)
        room = np.min((upper[up] - x[up]) / move[up], initial=room)
        return max(1.0, smallest(float(room)))


def _conjugate_gradients(
    quadratic: Quadratic, now: Iterate, preconditioner: Array, watch: Watch, iterations: int
) -> Iterate:
    """Minimum of a quadratic without bounds."""
    scaled = -preconditioner * now.gradient
    direction = scaled
    energy = -model_product(now.gradient, scaled)
    while now.applications < iterations and energy > 0.0:
        image = quadratic.image(direction)
        curved = quadratic.hessian(direction, image)
        curvature = model_product(direction, curved)
        if not curvature > 0.0:
            break
        following = now.moved(direction, image, curved, energy / curvature)
        if not np.isfinite(following.change):
            break
        now = following
        if watch(now):
            break
        scaled = -preconditioner * now.gradient
        energy, last = -model_product(now.gradient, scaled), energy
        direction = scaled + (energy / last) * direction
    return now
