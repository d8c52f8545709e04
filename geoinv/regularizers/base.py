"""What the inversion asks of a regularizer, and what regularizers have in common: they add, and are multiplied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError

__all__ = ["Regularizer", "Reweighted", "SumOfRegularizers", "Summable"]

Array = npt.NDArray[np.float64]


@runtime_checkable
class Regularizer(Protocol):
    """What the inversion asks of a regularizer phi(z).

    Besides these four methods it uses, where they are there: ``prox(z, step)``;
    ``embedding``, a LinearOperator from z to the model x (identity by default);
    ``reference``, the z that it prefers, where the inversion starts;
    ``curvature_diagonal(z)``, the diagonal of the curvature, for the preconditioner;
    ``quadratic``, True where the curvature is the same at every z and phi zero at its minimum;
    ``doubts(z, beta)``, sentences on what is to be doubted of a model that was found with it;
    ``percentiles(z, beta)``, models that so many per cent of the truths lie below;
    ``curvature_floor()``, a diagonal that the Hessian is nowhere below, which tells how far a model is from the
    minimum; ``random_gradient(random, shape)``, a random vector of zero mean whose covariance is the curvature, where
    that is the same at every z, for :func:`geoinv.ensemble`; and what :class:`Reweighted` adds.
    """

    def bind(self, operator: LinearOperator) -> Regularizer:
        """Regularizer for the models of an operator, taking ``operator.mesh`` where there is one."""

    def value(self, z: Array) -> float:
        """phi(z)."""

    def gradient(self, z: Array) -> Array:
        """Gradient of phi at z."""

    def curvature(self, z: Array, v: Array) -> Array:
        """Positive semidefinite approximation of the Hessian at z, times v."""


@runtime_checkable
class Reweighted(Regularizer, Protocol):
    """A regularizer that changes between inversions: each finds a model, from which the next one takes its weights."""

    @property
    def settled(self) -> bool:
        """Whether further updates change it no more than the model does."""

    def update(self, z: Array, beta: float) -> Regularizer:
        """Regularizer of the next inversion, given the model that this one led to and its beta; itself at the end."""


class Summable:
    """Regularizers that add (``phi + phi``) and are multiplied (``2 * phi``)."""

    def __add__(self, other: Any) -> SumOfRegularizers:
        """Sum with another regularizer."""
        if not isinstance(other, Regularizer):
            return NotImplemented
        return SumOfRegularizers((*_terms(self), *_terms(other)))

    def __radd__(self, other: Any) -> SumOfRegularizers:
        """Sum with another regularizer that does not add itself, or with the 0 that sum() begins with."""
        if isinstance(other, int) and other == 0:
            return SumOfRegularizers(_terms(self))
        if not isinstance(other, Regularizer):
            return NotImplemented
        return SumOfRegularizers((*_terms(other), *_terms(self)))

    def __mul__(self, factor: Any) -> SumOfRegularizers:
        """Multiply by a factor above zero.

        Raises
        ------
        InputError
            If the factor is not finite, or not above zero.
        """
        if isinstance(factor, bool) or not isinstance(factor, (int, float, np.integer, np.floating)):
            return NotImplemented
        if not (np.isfinite(factor) and factor > 0):
            raise InputError(f"a regularizer expects a factor above zero, got {factor}; leave the term out for zero")
        return SumOfRegularizers(tuple((float(factor) * own, term) for own, term in _terms(self)))

    __rmul__ = __mul__


@dataclass(frozen=True, eq=False)
class SumOfRegularizers(Summable):
    """Sum of multiples of regularizers, as ``phi + 2 * psi`` makes it.

    Parameters
    ----------
    terms : tuple of (float, Regularizer)
        Factors and regularizers.

    Examples
    --------
    >>> from geoinv.algebra.matrices import Identity
    >>> from geoinv.regularizers.smooth import Smooth
    >>> small, flat = Smooth(smoothness=0.0, weighting=None), Smooth(smallness=0.0, weighting=None)
    >>> phi = (small + 3.0 * flat).bind(Identity((2,)))
    >>> phi.value(np.array([0.0, 1.0])), phi.gradient(np.array([0.0, 1.0])).tolist()
    (2.0, [-3.0, 4.0])
    """

    terms: tuple[tuple[float, Regularizer], ...]

    def _with(self, change: Callable[[Regularizer], Regularizer]) -> SumOfRegularizers:
        return replace(self, terms=tuple((factor, change(term)) for factor, term in self.terms))

    def bind(self, operator: LinearOperator) -> SumOfRegularizers:
        """Bind every term.

        Raises
        ------
        InputError
            If terms have embeddings that are not one and the same.
        """
        bound = self._with(lambda term: term.bind(operator))
        if len({id(getattr(term, "embedding", None)) for _, term in bound.terms}) > 1:
            raise InputError(
                "a sum of regularizers expects one embedding for all terms, got different ones; give each term the "
                "same, or none"
            )
        return bound

    @property
    def embedding(self) -> LinearOperator | None:
        """Operator from z to the model, the same in all terms."""
        return getattr(self.terms[0][1], "embedding", None)

    @property
    def reference(self) -> npt.ArrayLike:
        """Reference of the first term that has one."""
        return next((term.reference for _, term in self.terms if hasattr(term, "reference")), 0.0)

    @property
    def quadratic(self) -> bool:
        """Whether all terms are quadratics about one reference."""
        first = np.asarray(self.reference)
        return all(
            getattr(term, "quadratic", False) and np.array_equal(np.asarray(getattr(term, "reference", 0.0)), first)
            for _, term in self.terms
        )

    def value(self, z: Array) -> float:
        """phi(z)."""
        return float(sum(factor * term.value(z) for factor, term in self.terms))

    def gradient(self, z: Array) -> Array:
        """Gradient of phi at z."""
        return np.asarray(sum(factor * term.gradient(z) for factor, term in self.terms))

    def curvature(self, z: Array, v: Array) -> Array:
        """Sum of the curvatures at z, times v."""
        return np.asarray(sum(factor * term.curvature(z, v) for factor, term in self.terms))

    def curvature_floor(self) -> Array:
        """Sum of the diagonals that terms tell; a term that tells none counts as zero."""
        told = [(factor, term.curvature_floor()) for factor, term in self.terms if hasattr(term, "curvature_floor")]
        return np.asarray(sum((factor * floor for factor, floor in told), np.zeros(1)))

    @property
    def curvature_diagonal(self) -> Callable[[Array], Array]:
        """Sum of the diagonals; not there where a term has none, so that it is estimated."""
        if not all(hasattr(term, "curvature_diagonal") for _, term in self.terms):
            raise AttributeError("a term has no curvature_diagonal")
        terms: tuple[tuple[float, Any], ...] = self.terms
        return lambda z: np.asarray(sum(factor * term.curvature_diagonal(z) for factor, term in terms))

    @property
    def random_gradient(self) -> Callable[[np.random.Generator, tuple[int, ...]], Array]:
        """Sum of the random vectors of all terms; not there where a term has none."""
        if not all(hasattr(term, "random_gradient") for _, term in self.terms):
            raise AttributeError("a term has no random_gradient")
        terms: tuple[tuple[float, Any], ...] = self.terms
        return lambda random, shape: np.asarray(
            sum(np.sqrt(factor) * term.random_gradient(random, shape) for factor, term in terms)
        )

    @property
    def settled(self) -> bool:
        """Whether every term that changes between inversions has settled."""
        return all(term.settled for _, term in self.terms if isinstance(term, Reweighted))

    def update(self, z: Array, beta: float) -> SumOfRegularizers:
        """Update the terms that change between inversions."""
        changed = [
            (factor, term.update(z, factor * beta) if isinstance(term, Reweighted) else term)
            for factor, term in self.terms
        ]
        return replace(self, terms=tuple(changed))

    def doubts(self, z: Array, beta: float) -> tuple[str, ...]:
        """What the terms doubt of a model."""
        doubting: list[tuple[float, Any]] = [(factor, term) for factor, term in self.terms if hasattr(term, "doubts")]
        return tuple(sentence for factor, term in doubting for sentence in term.doubts(z, factor * beta))


def _terms(regularizer: Any) -> tuple[tuple[float, Regularizer], ...]:
    return regularizer.terms if isinstance(regularizer, SumOfRegularizers) else ((1.0, regularizer),)
