"""Regularizers of several properties side by side, and the coupling between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt

from geoinv.regularizers.base import Regularizer

__all__ = ["Coupling", "Joined"]

Array = npt.NDArray[np.float64]


class Coupling(Protocol):
    """What is asked of several properties together: a function of models (properties, cells...)."""

    def value(self, z: Array) -> float:
        """c(z)."""

    def gradient(self, z: Array) -> Array:
        """Gradient of c at z."""

    def curvature_at(self, z: Array) -> Callable[[Array], Array]:
        """Positive semidefinite approximation of the Hessian at z, a function that applies it."""

    def curvature_blocks(self, z: Array) -> Array:
        """Blocks of the curvature between the values of each cell, (properties, properties, cells...)."""


@dataclass(frozen=True, eq=False)
class Joined:
    """``sum_p beta_p phi_p(z_p) + strength c(z)``, for models (properties, cells...).

    Parameters
    ----------
    terms : tuple of (float, Regularizer)
        Trade-off and regularizer of each property, bound to its operator; each with ``curvature_diagonal``.
    coupling : Coupling, optional
        c.
    strength : float
        Its factor.

    Examples
    --------
    >>> from geoinv.algebra.matrices import Identity
    >>> from geoinv.regularizers.smooth import Smooth
    >>> small = Smooth(smoothness=0.0, weighting=None).bind(Identity((2,)))
    >>> phi = Joined(((1.0, small), (10.0, small)))
    >>> phi.gradient(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[1.0, 2.0], [30.0, 40.0]]
    """

    quadratic: ClassVar[bool] = False

    terms: tuple[tuple[float, Regularizer], ...]
    coupling: Coupling | None = None
    strength: float = 0.0
    _last: dict[str, Any] = field(default_factory=dict, repr=False)

    def bind(self, operator: Any) -> Self:
        """Nothing is left to bind."""
        return self

    @property
    def reference(self) -> Array:
        """References of all properties."""
        references = [np.asarray(getattr(term, "reference", 0.0), np.float64) for _, term in self.terms]
        return np.stack(np.broadcast_arrays(*references))

    def value(self, z: Array) -> float:
        """Sum of all terms."""
        own = sum(beta * term.value(model) for (beta, term), model in zip(self.terms, z, strict=True))
        return float(own + self.coupled(z))

    def coupled(self, z: Array) -> float:
        """What the coupling adds to the value."""
        return 0.0 if self.coupling is None else self.strength * self.coupling.value(z)

    def gradient(self, z: Array) -> Array:
        """Gradient at z."""
        own = np.stack([beta * term.gradient(model) for (beta, term), model in zip(self.terms, z, strict=True)])
        return own if self.coupling is None else own + self.strength * self.coupling.gradient(z)

    def curvature(self, z: Array, v: Array) -> Array:
        """Sum of the curvatures at z, times v."""
        own = np.stack(
            [beta * term.curvature(model, of) for (beta, term), model, of in zip(self.terms, z, v, strict=True)]
        )
        if self.coupling is None:
            return own
        # a solver asks at one model again and again
        if self._last.get("model") is not z:
            self._last.update(model=z, curvature=self.coupling.curvature_at(z))
        return np.asarray(own + self.strength * self._last["curvature"](v))

    def curvature_blocks(self, z: Array) -> Array:
        """Blocks of the sum between the values of each cell, (properties, properties, cells...)."""
        terms: tuple[tuple[float, Any], ...] = self.terms
        blocks = np.zeros((len(terms), *z.shape)) if self.coupling is None else self.coupling.curvature_blocks(z)
        blocks = blocks if self.coupling is None else self.strength * blocks
        for p, ((beta, term), model) in enumerate(zip(terms, z, strict=True)):
            blocks[p, p] += beta * term.curvature_diagonal(model)
        return blocks
