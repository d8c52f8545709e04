"""Aligned: compact models of vectors, in each body of nearly one direction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, array_of, shape_text
from geoinv.meshes.base import Mesh
from geoinv.regularizers.sparse import THRESHOLD, Sparse
from geoinv.regularizers.weighted_differences import WeightedDifferences

__all__ = ["Aligned"]

Array = npt.NDArray[np.float64]

TOLERANCE, MOST_STEPS = 1e-2, 100
"""Residual of the mean over neighbours, relative to the model, and most steps towards it: a direction asks no more."""


@dataclass(frozen=True, eq=False)
class Aligned(Sparse):
    """Few cells, whose vectors (magnetizations) have nearly the direction of the rock around them.

    As :class:`Sparse`, with a vector's part across the mean direction counted more than the part along it: of a cell's
    ``|m|^2`` becomes ``|m|^2 + alignment |m across|^2``. Data of one component tell the moment of a body, with its
    direction, within a few degrees; how it is shared out among the cells they do not tell, and without this term
    neighbours of opposite directions make up for each other. Bodies further apart than a few times `span` have
    directions of their own.

    Parameters
    ----------
    smallness, smoothness, reference, weighting, p_small, p_smooth
        As in :class:`Sparse`.
    alignment : float
        Factor of the part across the mean direction, at the end; it grows from a fiftieth as the threshold falls.
    span : float
        Distance over which the mean is taken, in the smallest cell widths along each axis: the model is weighted by
        ``exp(-distance / span) / distance``.

    Notes
    -----
    The mean solves ``mean - span^2 Laplacian(mean) = model``; it begins with that of the smooth model and is taken anew
    at each reweighting.

    Examples
    --------
    >>> import geoinv
    >>> grid = geoinv.Grid.regular((1, 1, 1), (10.0, 10.0, 10.0))
    >>> survey = geoinv.Survey([5.0], [5.0], [20.0], field=geoinv.MainField(90.0, 0.0, 50000.0))
    >>> A = geoinv.operators.Magnetics(grid, survey, unknown="magnetization")
    >>> east = np.array([2.0, 0.0, 0.0]).reshape(3, 1, 1, 1)
    >>> phi = Aligned(weighting=None).bind(A)
    >>> while not phi.settled:
    ...     phi = phi.update(east, 1.0)
    >>> round(phi.value(np.roll(east, 1, axis=0)) / phi.value(east))
    201
    """

    smoothness: float | tuple[float, ...] = 1.0
    p_smooth: float | tuple[float, ...] = 1.0
    alignment: float = 200.0
    span: float = 2.0
    _averaging: WeightedDifferences | None = field(default=None, repr=False)

    def bind(self, operator: LinearOperator) -> Self:
        """Weights of the smooth beginning, and what the mean direction is taken with.

        Raises
        ------
        InputError
            As of :class:`Sparse`, or if models are no vectors over a mesh, or `alignment` or `span` is negative or not
            finite.
        """
        for name in ("alignment", "span"):
            value = float(array_of("Aligned", name, getattr(self, name), shape=()))
            if not 0.0 <= value < np.inf:
                raise InputError(f"Aligned expects {name} of zero or more, got {value:g}")
        mesh: Mesh | None = getattr(operator, "mesh", None)
        if mesh is None or operator.domain_shape != (3, *mesh.shape):
            raise InputError(
                "Aligned expects models that are vectors (3, ...) over a mesh, got "
                f"{shape_text(operator.domain_shape, operator.domain_names)}; take Sparse for one number a cell"
            )
        weights = []
        for faces in mesh.faces():
            span = self.span * mesh.smallest_width(faces.axis)
            weights.append(faces.both_active * faces.area * span**2 / faces.distance)
        averaging = WeightedDifferences(mesh.faces(), mesh.volumes, tuple(weights))
        return replace(super().bind(operator), _averaging=averaging)

    def update(self, z: Array, beta: float) -> Self:
        """Next quadratic: as of :class:`Sparse`, with the directions around each cell of the model."""
        updated, deviation = super().update(z, beta), self.deviation(z)
        if updated is self:
            return self
        mean = np.stack([self._mean(component) for component in deviation])
        size = np.linalg.norm(mean, axis=0)
        direction = np.divide(mean, size, out=np.zeros_like(mean), where=size > 0.0)
        # the directions of the smooth model are rough ones: they are held loosely until they have been found anew
        growth = THRESHOLD * updated._largest / updated._threshold
        form = updated.bound
        aligned = AlignedDifferences(
            form.faces, form.cell_weights, form.face_weights, growth * self.alignment * form.cell_weights, direction
        )
        return replace(updated, _form=aligned)

    def _mean(self, component: Array) -> Array:
        """Mean of a component over the neighbours of each cell, by conjugate gradients."""
        import scipy.sparse.linalg as spla

        averaging, shape = self._averaging, component.shape
        assert averaging is not None, "bound before it is updated"
        size = (component.size, component.size)
        diagonal = averaging.diagonal(shape)
        matrix = spla.LinearOperator(size, lambda v: averaging.curvature(v.reshape(shape)).ravel(), dtype=np.float64)
        scale = spla.LinearOperator(size, lambda v: v / diagonal.ravel(), dtype=np.float64)
        right = (averaging.cell_weights * component).ravel()
        mean, _ = spla.cg(matrix, right, rtol=TOLERANCE, maxiter=MOST_STEPS, M=scale)
        return np.asarray(mean).reshape(shape)


@dataclass(frozen=True, eq=False)
class AlignedDifferences(WeightedDifferences):
    """Weighted squares and differences of a vector, with ``1/2 sum_cells a |v - (v . u) u|^2`` beside them.

    Parameters
    ----------
    faces, cell_weights, face_weights
        As in :class:`WeightedDifferences`.
    across : array
        a, over the mesh.
    direction : (3, ...) array
        u, of length 1, or 0 where no direction is known.
    """

    across: Array
    direction: Array

    def curvature(self, v: Array) -> Array:
        """Hessian times v, which is the gradient at v."""
        along = np.sum(self.direction * v, axis=0)
        return np.asarray(super().curvature(v) + self.across * (v - along * self.direction))

    def diagonal(self, shape: tuple[int, ...]) -> Array:
        """Diagonal of the Hessian, for models of a shape."""
        return np.asarray(super().diagonal(shape) + self.across * (1.0 - self.direction**2))

    def random_gradient(self, random: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Vector of zero mean whose covariance is the Hessian, for models of a shape."""
        normal = random.standard_normal(shape)
        across = normal - np.sum(self.direction * normal, axis=0) * self.direction
        return np.asarray(super().random_gradient(random, shape) + np.sqrt(self.across) * across)
