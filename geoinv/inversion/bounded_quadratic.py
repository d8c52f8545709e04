"""Minimum of a least-squares quadratic whose Hessian can only be applied: anywhere, or within bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Iterate", "Quadratic", "inner_product", "minimise_quadratic"]

Array = npt.NDArray[np.float64]
Watch = Callable[["Iterate"], bool]

PROGRESS = 0.1
"""Conjugate gradients among the free unknowns end where a step lowers the quadratic by less than this part of the
best step of the run: then the set of free unknowns is looked at again (More and Toraldo 1991)."""

PROJECTIONS, MOST_PROJECTIONS = 3, 24
"""Steps along the projected gradient between two runs of conjugate gradients, and after runs that led nowhere."""

HALVINGS = 12
"""Times that a projected step is halved before it is given up."""


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
            self.change + factor * inner_product(self.gradient, step) + 0.5 * factor**2 * inner_product(step, curved),
            self.applications + 1,
        )


def minimise_quadratic(
    quadratic: Quadratic,
    start: Iterate,
    bounds: tuple[Array, Array],
    preconditioner: Array,
    watch: Watch,
    iterations: int,
) -> Iterate:
    """Minimise a convex quadratic over x within bounds, approximately.

    Without bounds these are preconditioned conjugate gradients. With bounds, a few steps along the projected gradient
    (lengths of Barzilai and Borwein) tell which unknowns lie on a bound, conjugate gradients minimise among the others,
    and the way they found is projected on the bounds.

    Parameters
    ----------
    quadratic : Quadratic
        What to minimise.
    start : Iterate
        x = 0, with the residual and gradient there.
    bounds : (array or float, array or float)
        Lowest and highest x, with 0 between.
    preconditioner : array
        Diagonal of an approximate inverse of the Hessian; zero holds an unknown where it is.
    watch : callable
        Told every iterate within the bounds; True ends the search.
    iterations : int
        Most applications of the Hessian.

    Returns
    -------
    Iterate
        Where the quadratic is not above its value at 0, but for rounding.

    Notes
    -----
    More and Toraldo (1991), On the solution of large quadratic programming problems with bound constraints, SIAM J.
    Optim. 1(1).
    """
    if np.isneginf(bounds[0]).all() and np.isposinf(bounds[1]).all():
        free = np.ones(start.x.shape, bool)
        return _conjugate_gradients(quadratic, start, free, bounds, preconditioner, watch, iterations, 0.0)[0]
    search = _Projected(quadratic, bounds, preconditioner, watch, iterations)
    return search.run(start)


@dataclass
class _Projected:
    """Gradient projection and conjugate gradients in turn."""

    quadratic: Quadratic
    bounds: tuple[Array, Array]
    preconditioner: Array
    watch: Watch
    iterations: int
    length: float = 1.0
    steps: int = PROJECTIONS
    done: bool = False

    def run(self, now: Iterate) -> Iterate:
        progress, before = PROGRESS, None
        while not self.done and now.applications < self.iterations:
            began = now
            if before is None:
                now = self._project(now)
            free = self._free(now)
            if self.done or not free.any():
                if now is began:
                    break
                before = None
                continue
            if before is not None and np.array_equal(free, before):
                progress *= PROGRESS  # the same unknowns are free: there is more to gain among them
            else:
                progress = PROGRESS
            ahead, ended = _conjugate_gradients(
                self.quadratic, now, free, self.bounds, self.preconditioner, self.watch, self.iterations, progress
            )
            self.done = ended
            now = ahead if ended else self._projected_move(now, ahead)
            self.done = self.done or self.watch(now)
            before = free if np.array_equal(free, self._free(now)) else None
            if now.change >= began.change:
                if before is None and self.steps >= MOST_PROJECTIONS:
                    break
                before, self.steps = None, min(2 * self.steps, MOST_PROJECTIONS)
            else:
                self.steps = PROJECTIONS
        return now

    def _free(self, now: Iterate) -> npt.NDArray[np.bool_]:
        """Unknowns that are not held at a bound by the gradient."""
        lower, upper = self.bounds
        held = ((now.x <= lower) & (now.gradient >= 0.0)) | ((now.x >= upper) & (now.gradient <= 0.0))
        return np.asarray(~held)

    def _project(self, now: Iterate) -> Iterate:
        """A few steps along the projected gradient."""
        for _ in range(self.steps):
            move = np.clip(now.x - self.length * self.preconditioner * now.gradient, *self.bounds) - now.x
            slope = inner_product(now.gradient, move)
            if not slope < 0.0 or now.applications >= self.iterations:
                break
            image = self.quadratic.image(move)
            curved = self.quadratic.hessian(move, image)
            curvature = inner_product(move, curved)
            factor = min(1.0, -slope / curvature) if curvature > 0.0 else 1.0
            now = now.moved(move, image, curved, factor)
            held = self.preconditioner > 0.0
            weighted = inner_product(move, np.where(held, move / np.where(held, self.preconditioner, 1.0), 0.0))
            self.length = weighted / curvature if curvature > 0.0 else self.length
            self.done = self.watch(now)
            if self.done:
                break
        return now

    def _projected_move(self, now: Iterate, ahead: Iterate) -> Iterate:
        """Go towards `ahead`, projected on the bounds, as far as the quadratic falls."""
        way = ahead.x - now.x
        now = replace(now, applications=ahead.applications)
        factor = 1.0
        for _ in range(HALVINGS):
            target = np.clip(now.x + factor * way, *self.bounds)
            move = target - now.x
            slope = inner_product(now.gradient, move)
            image = self.quadratic.image(move)
            curved = self.quadratic.hessian(move, image)
            now = replace(now, applications=now.applications + 1)
            if slope + 0.5 * inner_product(move, curved) <= 1e-4 * slope and slope < 0.0:
                return replace(now.moved(move, image, curved), x=target)
            factor *= 0.5
        return now


def _conjugate_gradients(
    quadratic: Quadratic,
    start: Iterate,
    free: npt.NDArray[np.bool_],
    bounds: tuple[Array, Array],
    preconditioner: Array,
    watch: Watch,
    iterations: int,
    progress: float,
) -> tuple[Iterate, bool]:
    """Minimum among the free unknowns, others held; and whether `watch` ended it, which within bounds alone it may."""
    now = start
    weights = np.where(free, preconditioner, 0.0)
    scaled = -weights * now.gradient
    direction = scaled
    energy = -inner_product(now.gradient, scaled)
    best = 0.0
    while now.applications < iterations and energy > 0.0:
        image = quadratic.image(direction)
        curved = quadratic.hessian(direction, image)
        curvature = inner_product(direction, curved)
        if not curvature > 0.0:
            break
        before = now
        now = now.moved(direction, image, curved, energy / curvature)
        gain = 0.5 * energy**2 / curvature
        best = max(best, gain)
        if not np.isfinite(now.change):
            return before, True
        # with bounds, a look beyond them is no model
        inside = progress == 0.0 or bool(np.all((now.x >= bounds[0]) & (now.x <= bounds[1])))
        if inside and watch(now):
            return now, True
        if gain < progress * best:
            break
        scaled = -weights * now.gradient
        energy, last = -inner_product(now.gradient, scaled), energy
        direction = scaled + (energy / last) * direction
    return now, False


def inner_product(first: Array, second: Array) -> float:
    """Sum of products; BLAS would wake threads of its own, which keep the cores from those of the operators."""
    return float(np.einsum("i,i->", first.ravel(), second.ravel()))
