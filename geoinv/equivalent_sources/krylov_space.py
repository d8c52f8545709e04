"""Sources that fit to the target, from one Krylov space that serves every damping."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.memory import SHARE, available_memory
from geoinv.core.progress import report
from geoinv.equivalent_sources.discrepancy import damping_at
from geoinv.inversion.base_level import WithoutBaseLevel

__all__ = ["fitted_to_target"]

Array = npt.NDArray[np.float64]

STEPS = 600
"""Most dimensions of the space: each costs an application of the physics and one of its adjoint."""

BETWEEN_LOOKS = 10
"""Steps between two solutions of the small problem."""

CLOSENESS = 0.01
"""How far the norm of the residual may still be from that of the minimum, relative to its target."""


def fitted_to_target(A: LinearOperator, data: Array, uncertainty: Array) -> Array | None:
    """Smallest numbers z of which ``A z`` and a free constant fit the data with chi^2/N = 1, or nearly.

    Golub and Kahan's bidiagonalisation of the weighted operator spans the Krylov space in which conjugate gradients
    would look for the minimum of ``|W (A z + c - d)|^2 + b |z|^2``, and that space is the same for every b: the
    damping that meets the target is found in a small bidiagonal matrix, and the physics is applied as often as one
    minimisation needs (Bjorck 1988, BIT 28, 659-670). The basis is kept orthogonal (Simon and Zha 2000, SIAM J. Sci.
    Comput. 21, 2257-2274).

    Parameters
    ----------
    A : LinearOperator
        From numbers of variance one to data.
    data, uncertainty : array of A's range
        Observed data and their standard deviations.

    Returns
    -------
    array of A's domain, or None
        None where a constant fits the data, or no damping fits them within the steps taken.
    """
    weights = 1.0 / np.broadcast_to(uncertainty, data.shape)
    without = WithoutBaseLevel(weights)
    observed = weights * without(data)
    norm = float(np.linalg.norm(observed))
    if not norm**2 > data.size:
        return None
    unknowns = math.prod(A.domain_shape)
    most = max(1, min(STEPS, data.size, unknowns, int(SHARE * available_memory() / (8.0 * unknowns))))
    space = _KrylovSpace(A, weights, without, observed / norm, most)
    for step in range(1, most + 1):
        if not space.extend():
            break
        if step % BETWEEN_LOOKS == 0:
            report("equivalent sources", step, most)
            if (found := _at_target(space, norm, data.size)) is not None:
                report("equivalent sources", 1, 1)
                return found.reshape(A.domain_shape)
    report("equivalent sources", 1, 1)
    found = _at_target(space, norm, data.size, closeness=np.inf)
    return None if found is None else found.reshape(A.domain_shape)


class _KrylovSpace:
    """Orthonormal basis v of the domain with ``F V = U B``, B lower bidiagonal, of the weighted operator F.

    Parameters
    ----------
    A, weights, without
        ``F = weights * without(A)``.
    first : array of A's range
        First vector of U.
    most : int
        Most dimensions.
    """

    def __init__(self, A: LinearOperator, weights: Array, without: WithoutBaseLevel, first: Array, most: int) -> None:
        self.A, self.weights, self.without = A, weights, without
        self.left = first
        start = self._adjoint(first)
        self.diagonal = [float(np.linalg.norm(start))]
        self.below: list[float] = []
        self._vectors = np.empty((most + 1, start.size))
        self._vectors[0] = start / self.diagonal[0]

    @property
    def basis(self) -> Array:
        """V, a vector a row, with one more than B has columns where there is one."""
        return self._vectors[: len(self.diagonal)]

    def extend(self) -> bool:
        """Add a dimension; False where there is none."""
        image = self.weights * self.without(self.A(self.basis[-1].reshape(self.A.domain_shape)))
        left = image - self.diagonal[-1] * self.left
        self.below.append(float(np.linalg.norm(left)))
        if not self.below[-1] > np.finfo(np.float64).eps * self.diagonal[0]:
            return False
        self.left = left / self.below[-1]
        right = self._adjoint(self.left)
        for _ in range(2):
            right = right - self.basis.T @ (self.basis @ right)
        size = float(np.linalg.norm(right))
        if not size > np.finfo(np.float64).eps * self.diagonal[0]:
            return False
        self._vectors[len(self.diagonal)] = right / size
        self.diagonal.append(size)
        return True

    def bidiagonal(self) -> Array:
        """B of as many columns as F was applied to."""
        columns = len(self.below)
        matrix = np.zeros((columns + 1, columns))
        matrix[range(columns), range(columns)] = self.diagonal[:columns]
        matrix[range(1, columns + 1), range(columns)] = self.below
        return matrix

    def _adjoint(self, y: Array) -> Array:
        return np.asarray(self.A.T(self.without.T(self.weights * y)), np.float64).ravel()


def _at_target(space: _KrylovSpace, norm: float, target: float, closeness: float = CLOSENESS) -> Array | None:
    """Solution of the damping at which the small problem's misfit is the target; None where it is not near enough."""
    columns = len(space.below)
    left, values, right = np.linalg.svd(space.bidiagonal(), full_matrices=False)
    inside = norm * left[0]
    outside = norm**2 - float(inside @ inside)

    def misfit(damping: float) -> float:
        return outside + float(np.sum((damping / (values**2 + damping) * inside) ** 2))

    low, high = 1e-14 * values[0] ** 2, 1e3 * values[0] ** 2
    if misfit(low) > target:
        return None
    damping = damping_at(misfit, target, low, high)
    small = right.T @ (values / (values**2 + damping) * inside)
    # the gradient in the whole domain has one part outside the space; J is above its minimum by at most g^2 / 2b
    following = space.diagonal[columns] if len(space.diagonal) > columns else 0.0
    gradient = following * space.below[-1] * abs(small[-1])
    if gradient / np.sqrt(damping) > closeness * np.sqrt(target):
        return None
    return np.asarray(small @ space.basis[:columns])
