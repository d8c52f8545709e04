"""Regularizers: what is asked of a model besides fitting the data."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from geoinv.algebra.gram import gram_diagonal
from geoinv.algebra.linop import LinearOperator
from geoinv.core.checks import InputError, array_of, choice, finite, positive, shape_text
from geoinv.core.labels import along_labels
from geoinv.meshes.tensor import Grid
from geoinv.regularizers.weighting import depth_weighting, distance_weighting, sensitivity_weighting

__all__ = ["Regularizer", "Smooth"]

Array = npt.NDArray[np.float64]


@runtime_checkable
class Regularizer(Protocol):
    """What the inversion asks of a regularizer phi(z).

    Besides these four methods it uses, where they are there: ``prox(z, step)``;
    ``embedding``, a LinearOperator from z to the model x (identity by default);
    ``curvature_diagonal(z)``, the diagonal of the curvature, for the preconditioner;
    ``quadratic``, True where the curvature is the same at every z and phi zero at its minimum; and
    ``curvature_floor()``, a diagonal that the Hessian is nowhere below, which tells how far a model is from the
    minimum.
    """

    def bind(self, operator: LinearOperator) -> Regularizer:
        """Regularizer for the models of an operator, taking ``operator.mesh`` where there is one."""

    def value(self, z: Array) -> float:
        """phi(z)."""

    def gradient(self, z: Array) -> Array:
        """Gradient of phi at z."""

    def curvature(self, z: Array, v: Array) -> Array:
        """Positive semidefinite approximation of the Hessian at z, times v."""


@dataclass(frozen=True, eq=False)
class Smooth:
    """Small and smooth against a reference model.

    ``phi(m) = 1/2 sum_cells a V w^2 (m - m0)^2 + 1/2 sum_faces b L^2 V w^2 (difference of (m - m0) / distance)^2``
    with V volumes, L the smallest cell width along the axis, and w the weights against depth.

    Parameters
    ----------
    smallness : float
        Factor a of the distance from the reference.
    smoothness : float or (float, float, float)
        Factor b of the roughness, one or for (upward, northing, easting).
    reference : array or float
        Reference model m0, over the grid; also where the inversion starts.
    weighting : str, array or None
        ``"sensitivity"``, ``"distance"`` or ``"depth"`` (see :mod:`geoinv.regularizers.weighting`), weights w
        (not w^2) over the grid, or None. Sensitivities come from the operator's ``gram_diagonal``, or else from its
        rows or random signs (:mod:`geoinv.algebra.gram`); distance and depth ask for its ``decay_exponent``.

    Examples
    --------
    >>> from geoinv.algebra.linop import Identity
    >>> phi = Smooth(weighting=None).bind(Identity((3,)))
    >>> phi.value(np.array([0.0, 1.0, 0.0])), phi.gradient(np.array([0.0, 1.0, 0.0])).tolist()
    (1.5, [-1.0, 3.0, -1.0])
    """

    quadratic: ClassVar[bool] = True

    smallness: float = 1.0
    smoothness: float | tuple[float, ...] = 1.0
    reference: npt.ArrayLike = 0.0
    weighting: str | npt.ArrayLike | None = "sensitivity"
    _cells: Array | None = field(default=None, repr=False)
    _faces: tuple[Array, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        """Keep arrays of its own: what becomes of the caller's later does not count."""
        for name in ("reference", "weighting"):
            value = getattr(self, name)
            if isinstance(value, (np.ndarray, list)) or hasattr(value, "copy"):
                object.__setattr__(self, name, copy.deepcopy(value))

    def bind(self, operator: LinearOperator) -> Smooth:
        """Weights for the cells and faces of an operator's grid, or of an array of unit cells.

        Raises
        ------
        InputError
            If the reference or the weights do not fit the grid, or a weighting lacks what it needs.
        """
        shape = operator.domain_shape
        grid: Grid | None = getattr(operator, "mesh", None)
        active = np.ones(shape, bool) if grid is None else np.broadcast_to(grid.active, shape)
        volumes = np.ones(shape) if grid is None else np.broadcast_to(grid.volumes, shape)
        reference = self._over_grid("reference", self.reference, operator, active)
        weights = self._weights(operator, grid, active, volumes)
        density = volumes * weights**2 * active
        rank = len(shape) if grid is None else 3
        smoothness = np.broadcast_to(np.asarray(self.smoothness, float), (rank,))
        if not (np.isfinite(smoothness).all() and (smoothness >= 0).all() and self.smallness >= 0):
            raise InputError(
                f"Smooth expects smallness and smoothness of zero or more, got {self.smallness} and {self.smoothness}"
            )
        faces = []
        for place, factor in enumerate(smoothness):
            axis = len(shape) - rank + place
            distance_ratio = _distance_over_smallest_width(grid, place, shape[axis])
            broadcast = distance_ratio.reshape((-1,) + (1,) * (len(shape) - axis - 1))
            lower, upper = _sides(density, axis)
            open_lower, open_upper = _sides(active, axis)
            faces.append(factor * 0.5 * (lower + upper) * (open_lower & open_upper) / broadcast**2)
        return replace(self, reference=reference, _cells=self.smallness * density, _faces=tuple(faces))

    def _weights(self, operator: Any, grid: Grid | None, active: npt.NDArray[np.bool_], volumes: Array) -> Array:
        if self.weighting is None:
            return np.ones(active.shape)
        if not isinstance(self.weighting, str):
            weights = self._over_grid("weighting", self.weighting, operator, active)
            positive("Smooth", "weighting", weights[active], "give w above zero in every active cell")
            return weights
        choice("Smooth", "weighting", self.weighting, ("sensitivity", "distance", "depth"))
        if self.weighting == "sensitivity":
            return sensitivity_weighting(gram_diagonal(operator), volumes, active)
        if grid is None or not hasattr(operator, "survey"):
            raise InputError(
                f"Smooth expects an operator with a grid and a survey for weighting={self.weighting!r}, "
                f"got {operator.name}; use weighting=None or give the weights"
            )
        exponent = getattr(operator, "decay_exponent", None)
        if exponent is None:
            raise InputError(
                f"Smooth expects an operator that tells its decay_exponent for weighting={self.weighting!r}, got "
                f"{operator.name}; set it to the power of distance that the data of a cell fall with (3 for a magnetic "
                "field, 2 for gravity), or give the weights"
            )
        positive("Smooth", "decay_exponent", array_of("Smooth", "decay_exponent", exponent, shape=()), "give 3 or 2")
        if self.weighting == "distance":
            weights = distance_weighting(grid, operator.survey, float(exponent))
        else:
            weights = depth_weighting(grid, float(np.median(operator.survey.upward)), float(exponent))
        return np.broadcast_to(weights, active.shape)

    @staticmethod
    def _over_grid(name: str, values: Any, operator: LinearOperator, active: npt.NDArray[np.bool_]) -> Array:
        shape = active.shape
        array = array_of(
            "Smooth", name, along_labels("Smooth", name, values, operator.domain_names, operator.domain_labels)
        )
        try:
            array = np.broadcast_to(array, shape)
        except ValueError:
            raise InputError(
                f"Smooth expects {name} of shape {shape_text(shape)} or one number, got {shape_text(array.shape)}"
            ) from None
        array = np.where(active, array, 0.0)
        finite("Smooth", name, array, "give a number in every active cell")
        return array

    def _bound(self) -> tuple[Array, tuple[Array, ...]]:
        if self._cells is None:
            raise InputError("Smooth expects to be bound to an operator first; call bind(A), as invert does")
        return self._cells, self._faces

    def value(self, z: Array) -> float:
        """phi(z)."""
        return 0.5 * float(np.vdot(z - np.asarray(self.reference, np.float64), self.gradient(z)))

    def gradient(self, z: Array) -> Array:
        """Gradient of phi at z."""
        return self.curvature(z, np.asarray(z - np.asarray(self.reference, np.float64)))

    def curvature(self, z: Array, v: Array) -> Array:
        """Hessian of phi, the same at every z, times v."""
        cells, faces = self._bound()
        result = cells * v
        first = v.ndim - len(faces)
        for axis, weights in enumerate(faces, start=first):
            lower, upper = _sides(v, axis)
            flux = weights * (upper - lower)
            result_lower, result_upper = _sides(result, axis)
            result_lower -= flux
            result_upper += flux
        return np.asarray(result)

    def curvature_floor(self) -> Array:
        """Diagonal that the Hessian is nowhere below: that of smallness."""
        return self._bound()[0]

    def curvature_diagonal(self, z: Array) -> Array:
        """Diagonal of the Hessian."""
        cells, faces = self._bound()
        diagonal = cells.copy()
        for axis, weights in enumerate(faces, start=z.ndim - len(faces)):
            lower, upper = _sides(diagonal, axis)
            lower += weights
            upper += weights
        return diagonal


def _sides(array: npt.NDArray[Any], axis: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Views of the cells below and above each inner face along an axis."""
    before = (slice(None),) * axis
    return array[(*before, slice(None, -1))], array[(*before, slice(1, None))]


def _distance_over_smallest_width(grid: Grid | None, place: int, cells: int) -> Array:
    """Distance between neighbouring centres over the smallest cell width of the axis."""
    if grid is None:
        return np.ones(cells - 1)
    axis = ("upward", "northing", "easting")[place]
    return np.asarray(np.diff(getattr(grid, axis)) / grid.widths(axis).min())
