"""A regularizer less a linear term, as a draw from its prior has it; its curvature alone; and about another place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from geoinv.regularizers.base import Regularizer

__all__ = ["Curvature", "Perturbed", "Shifted"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _OfCurvature:
    """What has the curvature of a bound regularizer, and tells of that whatever it does not tell itself."""

    regularizer: Regularizer

    def bind(self, operator: Any) -> Self:
        """Nothing is left to bind."""
        return self

    def __getattr__(self, name: str) -> Any:
        """What the regularizer tells besides."""
        if name.startswith("__") or name == "regularizer":
            raise AttributeError(name)
        return getattr(self.regularizer, name)


@dataclass(frozen=True, eq=False)
class Perturbed(_OfCurvature):
    """``phi(z) - slope . z``.

    With ``phi(z) = 1/2 sum_i |L_i (z - z0)|^2`` and ``slope = sum_i L_i' eta_i`` that is, but for a constant,
    ``1/2 sum_i |L_i (z - z0) - eta_i|^2``. Whatever else a regularizer tells is told of phi, whose curvature it has.

    Parameters
    ----------
    regularizer : Regularizer
        phi, bound.
    slope : array
        Gradient of the linear term.

    Examples
    --------
    >>> from geoinv.algebra.matrices import Identity
    >>> from geoinv.regularizers.smooth import Smooth
    >>> phi = Smooth(smoothness=0.0, weighting=None).bind(Identity((2,)))
    >>> perturbed = Perturbed(phi, np.array([1.0, -2.0]))
    >>> perturbed.gradient(np.array([1.0, -2.0])).tolist(), perturbed.curvature_floor().tolist()
    ([0.0, 0.0], [1.0, 1.0])
    """

    quadratic: ClassVar[bool] = False

    slope: Array

    def value(self, z: Array) -> float:
        """phi(z) less the linear term."""
        return self.regularizer.value(z) - float(np.einsum("i,i->", self.slope.ravel(), z.ravel()))

    def gradient(self, z: Array) -> Array:
        """Gradient of phi less the slope."""
        return np.asarray(self.regularizer.gradient(z) - self.slope)

    def curvature(self, z: Array, v: Array) -> Array:
        """Curvature of phi at z, times v."""
        return self.regularizer.curvature(z, v)


@dataclass(frozen=True, eq=False)
class Curvature(_OfCurvature):
    """``1/2 v' R v`` of a distance v, R the curvature of a regularizer at a model.

    Parameters
    ----------
    regularizer : Regularizer
        Bound.
    place : array
        The model.
    """

    place: Array

    def value(self, z: Array) -> float:
        """Half the product of z with the gradient."""
        return 0.5 * float(np.einsum("i,i->", z.ravel(), self.gradient(z).ravel()))

    def gradient(self, z: Array) -> Array:
        """R z."""
        return self.regularizer.curvature(self.place, z)

    def curvature(self, z: Array, v: Array) -> Array:
        """R v."""
        return self.regularizer.curvature(self.place, v)


@dataclass(frozen=True, eq=False)
class Shifted(_OfCurvature):
    """``phi(z - shift)``: the regularizer about another reference, whatever it is made of.

    Parameters
    ----------
    shift : float or array
        What its reference is moved by.

    Examples
    --------
    >>> from geoinv.algebra.matrices import Identity
    >>> from geoinv.regularizers.smooth import Smooth
    >>> phi = Shifted(Smooth(reference=1.0, weighting=None).bind(Identity((2,))), 0.5)
    >>> phi.value(np.array([1.5, 1.5])), phi.reference.tolist()
    (0.0, [1.5, 1.5])
    """

    shift: npt.ArrayLike

    @property
    def reference(self) -> Array:
        """Reference of phi, moved."""
        return np.asarray(np.add(getattr(self.regularizer, "reference", 0.0), self.shift), np.float64)

    def value(self, z: Array) -> float:
        """Value of phi at the place that was moved back."""
        return self.regularizer.value(np.asarray(z - np.asarray(self.shift)))

    def gradient(self, z: Array) -> Array:
        """Gradient of phi there."""
        return self.regularizer.gradient(np.asarray(z - np.asarray(self.shift)))

    def curvature(self, z: Array, v: Array) -> Array:
        """Curvature of phi there, times v."""
        return self.regularizer.curvature(np.asarray(z - np.asarray(self.shift)), v)
