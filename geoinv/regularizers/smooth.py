"""Small and smooth: squares of a model and of its gradient."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError
from geoinv.core.whole import total
from geoinv.meshes.base import Faces, Mesh
from geoinv.meshes.tensor_faces import SlicedFaces
from geoinv.regularizers.base import Regularizer, Summable
from geoinv.regularizers.held import Held
from geoinv.regularizers.weighted_differences import WeightedDifferences
from geoinv.regularizers.weighting import over_mesh, weights_of

__all__ = ["Smooth", "as_regularizer"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Smooth(Summable):
    """Small and smooth against a reference model.

    ``phi(m) = 1/2 sum_cells a V w^2 (m - m0)^2 + 1/2 sum_faces b L^2 V w^2 (difference of (m - m0) / distance)^2``
    with V volumes (at a face its area times the distance of the two centres), L the smallest cell width along the axis,
    and w the weights against depth.

    Parameters
    ----------
    smallness : float
        Factor a of the distance from the reference.
    smoothness : float or (float, float, float)
        Factor b of the roughness, one or for (upward, northing, easting).
    reference : array or float
        Reference model m0, over the mesh; also where the inversion starts.
    weighting : str, array or None
        ``"sensitivity"``, ``"distance"`` or ``"depth"`` (see :mod:`geoinv.regularizers.weighting`), weights w
        (not w^2) over the mesh, or None. Sensitivities come from the operator's ``gram_diagonal``, or else from its
        rows or random signs (:mod:`geoinv.algebra.gram`); distance and depth ask for its ``decay_exponent``. The
        components of a vector are weighted alike, so that phi does not depend on the axes.
    held : Held, optional
        Cells that are held at values of their own, as constraints know them (:mod:`geoinv.constraints`). Differences
        between cells are still those of (m - m0), so that what a drill hole says spreads into its neighbourhood.

    Examples
    --------
    >>> from geoinv.algebra.matrices import Identity
    >>> phi = Smooth(weighting=None).bind(Identity((3,)))
    >>> phi.value(np.array([0.0, 1.0, 0.0])), phi.gradient(np.array([0.0, 1.0, 0.0])).tolist()
    (1.5, [-1.0, 3.0, -1.0])
    """

    quadratic: ClassVar[bool] = True

    smallness: float = 1.0
    smoothness: float | tuple[float, ...] = 1.0
    reference: npt.ArrayLike = 0.0
    weighting: str | npt.ArrayLike | None = "sensitivity"
    held: Held | None = None
    _cell_weights: Array | None = field(default=None, repr=False)
    _form: WeightedDifferences | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Keep arrays of its own: what becomes of the caller's later does not count."""
        for name in ("reference", "weighting"):
            value = getattr(self, name)
            if isinstance(value, (np.ndarray, list)) or hasattr(value, "copy"):
                object.__setattr__(self, name, copy.deepcopy(value))

    def bind(self, operator: LinearOperator) -> Self:
        """Weights for the cells and faces of an operator's mesh, or of an array of unit cells.

        Raises
        ------
        InputError
            If the reference or the weights do not fit the mesh, or a weighting lacks what it needs.
        """
        owner, shape = type(self).__name__, operator.domain_shape
        mesh: Mesh | None = getattr(operator, "mesh", None)
        faces: tuple[Faces, ...] = (
            tuple(SlicedFaces(shape, place) for place in range(len(shape))) if mesh is None else mesh.faces()
        )
        active = np.ones(shape, bool) if mesh is None else mesh.active
        volumes = np.ones(shape) if mesh is None else mesh.volumes
        reference = over_mesh(owner, "reference", self.reference, operator, np.broadcast_to(active, shape))
        squared = weights_of(owner, self.weighting, operator) ** 2 * active
        smoothness = self._factors(len(faces))
        face_weights = []
        for factor, axis in zip(smoothness, faces, strict=True):
            length = 1.0 if mesh is None else mesh.smallest_width(axis.axis)
            volume = axis.area * axis.distance * axis.both_active
            face_weights.append(factor * volume * (length / axis.distance) ** 2 * axis.mean(squared))
        alike, held = self.smallness * volumes * squared, self.held
        if held is not None:
            held = held.over(owner, operator, np.broadcast_to(active, shape))
        cell_weights = alike
        if held is not None:
            firm = max(self.smallness, *smoothness) * np.asarray(held.weights) * volumes * squared
            cell_weights = np.where(held.cells, firm, alike)
        form = WeightedDifferences(faces, cell_weights, tuple(face_weights))
        return replace(self, reference=reference, held=held, _cell_weights=alike, _form=form)

    @property
    def cell_weights(self) -> Array:
        """Weights of the squares of cells, as if none were held.

        Raises
        ------
        InputError
            If it is not bound to an operator.
        """
        return self.bound.cell_weights if self._cell_weights is None else self._cell_weights

    def _factors(self, axes: int) -> Array:
        """Smoothness along each axis.

        Raises
        ------
        InputError
            If there is not one or one an axis, or a factor is negative or not finite.
        """
        owner = type(self).__name__
        try:
            smoothness = np.broadcast_to(np.asarray(self.smoothness, float), (axes,))
        except ValueError:
            raise InputError(
                f"{owner} expects one smoothness or {axes}, for (upward, northing, easting), got {self.smoothness!r}"
            ) from None
        allowed = np.isfinite([self.smallness, *smoothness]).all() and min(self.smallness, *smoothness) >= 0
        if not allowed:
            raise InputError(
                f"{owner} expects smallness and smoothness of zero or more, got {self.smallness} and {self.smoothness}"
            )
        return smoothness

    @property
    def bound(self) -> WeightedDifferences:
        """Quadratic form that binding made.

        Raises
        ------
        InputError
            If it is not bound to an operator.
        """
        if self._form is None:
            raise InputError(
                f"{type(self).__name__} expects to be bound to an operator first; call bind(A), as invert does"
            )
        return self._form

    def deviation(self, z: Array) -> Array:
        """Model less the reference."""
        return np.asarray(z - np.asarray(self.reference, np.float64))

    def _pull(self) -> tuple[Array, float]:
        """Gradient at the reference that held cells add, with the sign turned, and what they add to phi there."""
        if self.held is None:
            return np.zeros(()), 0.0
        apart = np.where(self.held.cells, np.asarray(self.held.values) - np.asarray(self.reference, np.float64), 0.0)
        pull = self.bound.cell_weights * apart
        return pull, 0.5 * float(np.einsum("i,i->", pull.ravel(), apart.ravel()))

    def value(self, z: Array) -> float:
        """phi(z)."""
        deviation = self.deviation(z)
        pull, apart = self._pull()
        slope = self.bound.curvature(deviation) - 2.0 * pull
        # no BLAS: it would wake threads of its own, which keep the cores from those of the operators
        return total(0.5 * float(np.einsum("i,i->", deviation.ravel(), slope.ravel())) + apart)

    def gradient(self, z: Array) -> Array:
        """Gradient of phi at z."""
        gradient = self.bound.curvature(self.deviation(z))
        return gradient if self.held is None else gradient - self._pull()[0]

    def curvature(self, z: Array, v: Array) -> Array:
        """Hessian of phi, the same at every z, times v."""
        return self.bound.curvature(v)

    def curvature_floor(self) -> Array:
        """Diagonal that the Hessian is nowhere below: that of smallness."""
        return self.bound.cell_weights

    def curvature_diagonal(self, z: Array) -> Array:
        """Diagonal of the Hessian."""
        return self.bound.diagonal(np.shape(z))

    def random_gradient(self, random: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Vector of zero mean whose covariance is the Hessian."""
        return self.bound.random_gradient(random, shape)


def as_regularizer(owner: str, given: Any) -> Regularizer:
    """Regularizer that was given; :class:`Smooth` for None.

    Raises
    ------
    InputError
        If it is no regularizer.
    """
    if given is None:
        return Smooth()
    if isinstance(given, type) or not isinstance(given, Regularizer):
        got = repr(given) if isinstance(given, str) else getattr(given, "__name__", type(given).__name__)
        raise InputError(
            f"{owner} expects a regularizer with bind, value, gradient and curvature, got {got}; give geoinv.Smooth() "
            "or leave it out"
        )
    return given
