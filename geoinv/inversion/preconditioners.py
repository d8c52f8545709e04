"""Approximate inverses of a Hessian among the unknowns that no bound holds: a diagonal, blocks, and a memory."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from geoinv.inversion.products import model_product

__all__ = ["CellBlocks", "Diagonal", "Memory", "Preconditioner", "Remembering"]

Array = npt.NDArray[np.float64]
Free = npt.NDArray[np.bool_]

REMEMBERED = 12
"""Steps that are remembered."""

TELLING = 1e-3
"""Part of a step's curvature that must be left among the free unknowns for the step to tell of them."""

COMMON = 0.95
"""Factor on what couples the properties in a cell: less than one, so that the models' common changes are lengthened
by no more than about 20, which would bring too many cells to their bounds at once."""


class Preconditioner(Protocol):
    """An approximate inverse of a Hessian, symmetric and positive definite among any free unknowns."""

    def __call__(self, gradient: Array, free: Free) -> Array:
        """Inverse among the free unknowns times a gradient; zero in the others."""

    def learn(self, step: Array, curved: Array) -> None:
        """Take note of a step and of the Hessian times it."""

    def plain(self, gradient: Array, free: Free) -> Array:
        """As by a diagonal: downhill for each unknown by itself."""


@dataclass(frozen=True, eq=False)
class Diagonal:
    """The inverse of a diagonal.

    Parameters
    ----------
    inverse : array
        Its entries; zero holds an unknown where it is.
    """

    inverse: Array

    def __call__(self, gradient: Array, free: Free) -> Array:
        """Entries times the gradient where it is free."""
        return np.where(free, self.inverse * gradient, 0.0)

    plain = __call__

    def learn(self, step: Array, curved: Array) -> None:
        """Nothing is to be learnt."""


@dataclass(frozen=True, eq=False)
class CellBlocks:
    """The inverse of one block a cell, between the values of its properties.

    Parameters
    ----------
    blocks : array (properties, properties, cells...)
        Symmetric and positive definite in each cell.

    Examples
    --------
    >>> inverse = CellBlocks(np.array([[2.0, 1.0], [1.0, 2.0]])[..., None])
    >>> both, one = np.ones((2, 1), bool), np.array([[True], [False]])
    >>> inverse(np.array([[2.0], [-2.0]]), both).round(2).T.tolist(), inverse(np.ones((2, 1)), one).T.tolist()
    ([[1.9, -1.9]], [[0.5, 0.0]])
    """

    blocks: Array

    def __call__(self, gradient: Array, free: Free) -> Array:
        """Solution of each cell's equations in its free values, by elimination."""
        count = len(self.blocks)
        solved = np.where(free, gradient, 0.0)
        left = [[self.blocks[p, p] if p == q else self._off(p, q, free) for q in range(count)] for p in range(count)]
        for p in range(count):
            for q in range(p + 1, count):
                share = left[q][p] / left[p][p]
                solved[q] -= share * solved[p]
                for r in range(p + 1, count):
                    left[q][r] = left[q][r] - share * left[p][r]
        for p in reversed(range(count)):
            for q in range(p + 1, count):
                solved[p] -= left[p][q] * solved[q]
            solved[p] /= left[p][p]
        return np.where(free, solved, 0.0)

    def _off(self, p: int, q: int, free: Free) -> Array:
        return np.where(free[p] & free[q], COMMON * self.blocks[p, q], 0.0)

    def plain(self, gradient: Array, free: Free) -> Array:
        """By the diagonals of the blocks."""
        return np.where(free, gradient / np.einsum("pp...->p...", self.blocks), 0.0)

    def learn(self, step: Array, curved: Array) -> None:
        """Nothing is to be learnt."""


@dataclass(frozen=True, eq=False)
class Memory:
    """The last steps, with the Hessian times each.

    Attributes
    ----------
    pairs : deque of (array, array, float)
        Step, Hessian times it and the product of both; oldest first.
    """

    pairs: deque[tuple[Array, Array, float]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))


@dataclass(frozen=True, eq=False)
class Remembering:
    """A preconditioner that the last steps have corrected, those of earlier and similar quadratics included.

    The correction is that of limited-memory BFGS: where a remembered step was made, it undoes what the Hessian did.

    Parameters
    ----------
    base : Preconditioner
        Where nothing is remembered.
    memory : Memory
        Steps.

    Notes
    -----
    Morales and Nocedal (2000), Automatic preconditioning by limited memory quasi-Newton updating, SIAM J. Optim. 10(4).
    """

    base: Preconditioner
    memory: Memory

    def __call__(self, gradient: Array, free: Free) -> Array:
        """Two-loop recursion (Nocedal and Wright 2006, algorithm 7.4) among the free unknowns."""
        result = np.array(gradient)
        inside = free.astype(np.float64)
        used: list[tuple[Array, Array, float, float]] = []
        for step, curved, whole in reversed(self.memory.pairs):
            own = step * inside
            curvature = model_product(own, curved)
            if not curvature > TELLING * whole:
                continue
            share = model_product(own, result) / curvature
            # entries that are not free are of no account: steps have none, and the base gives none
            result -= share * curved
            used.append((own, curved, curvature, share))
        result = self.base(result, free)
        for own, curved, curvature, share in reversed(used):
            result += (share - model_product(curved, result) / curvature) * own
        return result

    def plain(self, gradient: Array, free: Free) -> Array:
        """As the base is plainly."""
        return self.base.plain(gradient, free)

    def learn(self, step: Array, curved: Array) -> None:
        """Remember a step, and forget the oldest where there are many."""
        self.memory.pairs.append((step, curved, model_product(step, curved)))
