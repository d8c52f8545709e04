"""Mixture: values of a few classes of rock, each about its mean, and the class of every cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError
from geoinv.core.whole import anywhere, total
from geoinv.regularizers.rock_classes import RockClass, checked_classes, mixture_of
from geoinv.regularizers.smooth import Smooth
from geoinv.regularizers.weighted_differences import WeightedDifferences

__all__ = ["Mixture"]

Array = npt.NDArray[np.float64]

COOLING = 2.0
"""Factor between one widening of the classes and the next."""

NARROW = 0.25
"""Widening relative to the narrowest class from which the classes are taken as they are."""

STEADY = 2e-3
"""Part of the cells that may still change their class when memberships count as settled."""


@dataclass(frozen=True, eq=False)
class Mixture(Smooth):
    """Values that come from a few classes of rock, each normally distributed.

    ``phi(m) = 1/2 sum_cells a V w^2 s^2 sum_k r_k (m - mean_k)^2 / deviation_k^2 + 1/2 sum_faces b ...``: smallness is
    the distance to the means of the classes that a cell belongs to, with the probabilities r_k of the classes at the
    model before; roughness is that of :class:`Smooth`, of the model itself. s is the root-mean-square deviation of the
    classes, so that the terms keep their proportions.

    The inversion begins with the smooth model and goes on with a series of quadratics. The classes are widened at
    first, by the spread of their means, and half as much each time, so that a smooth model's amplitudes, which are too
    low, do not decide on the class.

    Parameters
    ----------
    classes : sequence of RockClass
        Two or more that can be told apart; the one of the largest proportion is the background, about whose mean the
        smooth model is small.
    smallness, smoothness, weighting, held
        As in :class:`Smooth`.
    confidence : float
        Cells that the given means, standard deviations and proportions count for against those of the model; infinite
        by default, which keeps them as they are.

    Raises
    ------
    InputError
        If two classes overlap entirely, or a number is none that a class has.

    Notes
    -----
    With r_k the probabilities at a model, the quadratic touches the negative logarithm of the mixture's density there
    and is nowhere below it, so that each step lowers both (expectation maximisation). Astic and Oldenburg (2019), A
    framework for petrophysically and geologically guided geophysical inversion using a dynamic Gaussian mixture model
    prior, Geophys. J. Int. 219(3), take the likeliest class alone.

    Examples
    --------
    >>> from geoinv import invert
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> A = MatrixOperator(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]))
    >>> rocks = [RockClass("host", 0.0, 0.1, 0.7), RockClass("ore", 3.0, 0.1, 0.3)]
    >>> solution = invert(A, [3.0, 3.0], 0.03, Mixture(classes=rocks, smoothness=0.0, weighting=None))
    >>> solution.model.round(1).tolist()
    [0.0, 3.0, 0.0]
    """

    quadratic: ClassVar[bool] = False

    apart: ClassVar[bool] = True

    smoothness: float | tuple[float, ...] = 0.3
    classes: Sequence[RockClass] = ()
    confidence: float = np.inf
    _fitted: tuple[RockClass, ...] = field(default=(), repr=False)
    _wider: float = field(default=np.inf, repr=False)
    _likeliest: npt.NDArray[np.intp] | None = field(default=None, repr=False)
    _changed: float = field(default=1.0, repr=False)
    _smooth_form: WeightedDifferences | None = field(default=None, repr=False)
    _active: npt.NDArray[np.bool_] | None = field(default=None, repr=False)
    _told: Array | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Reject classes that nothing tells apart."""
        super().__post_init__()
        owner = type(self).__name__
        object.__setattr__(self, "classes", checked_classes(owner, self.classes, self.apart))
        if not self.confidence >= 0.0:
            raise InputError(f"{owner} expects a confidence of zero cells or more, got {self.confidence:g}")
        if np.any(np.asarray(self.reference, np.float64) != 0.0) and self._smooth_form is None:
            raise InputError(f"{owner} expects no reference, since its classes say what values to prefer; leave it out")

    def bind(self, operator: LinearOperator) -> Self:
        """Weights of the smooth beginning, about the mean of the background.

        Raises
        ------
        InputError
            As :class:`Smooth`, or for a model of vectors.
        """
        bound = super().bind(operator)
        mesh = getattr(operator, "mesh", None)
        shape = operator.domain_shape
        if mesh is not None and shape != mesh.shape:
            raise InputError(f"{type(self).__name__} expects one value a cell, got a vector; take another regularizer")
        active = np.ones(shape, bool) if mesh is None else mesh.active
        background = max(self.classes, key=lambda one: one.proportion)
        reference = np.where(active, background.mean, 0.0)
        if bound.held is not None:
            reference = np.where(bound.held.cells, bound.held.values, reference)
        fitted = tuple(self.classes)
        return replace(bound, _smooth_form=bound.bound, reference=reference, _active=active, _fitted=fitted)

    @property
    def rocks(self) -> tuple[RockClass, ...]:
        """Classes as they are now: as given, or as far as the model has changed them."""
        return self._fitted or tuple(self.classes)

    def value(self, z: Array) -> float:
        """phi(z)."""
        form = self.bound
        deviation = self.deviation(z)
        cells = float(np.einsum("i,i->", (form.cell_weights * deviation).ravel(), deviation.ravel()))
        flat = np.asarray(form.curvature(z) - form.cell_weights * z)
        return total(0.5 * (cells + float(np.einsum("i,i->", flat.ravel(), z.ravel()))))

    def gradient(self, z: Array) -> Array:
        """Gradient of phi at z."""
        form = self.bound
        return np.asarray(form.curvature(z) - form.cell_weights * np.asarray(self.reference, np.float64))

    @property
    def settled(self) -> bool:
        """Whether the classes are as narrow as given and cells keep theirs."""
        return self._wider == 0.0 and self._changed <= STEADY

    def memberships(self, z: Array) -> tuple[tuple[RockClass, ...], Array]:
        """Classes, and the probability of each in every cell (classes, cells...); zero where there is no rock."""
        given = self._told
        if given is None:
            given = mixture_of(self.rocks).responsibilities(np.asarray(z, np.float64)[..., None])
        return self.rocks, np.where(self._inside, np.moveaxis(given, -1, 0), 0.0)

    def update(self, z: Array, beta: float) -> Self:
        """Next quadratic: means and precisions of the classes that cells belong to at a model."""
        spread = float(np.std([one.mean for one in self.classes]))
        wider = (spread if np.isinf(self._wider) else self._wider) / COOLING
        if wider < NARROW * min(one.standard_deviation for one in self.classes):
            wider = 0.0
        fitted = self._learnt(z) if wider == 0.0 else self.rocks
        shares = mixture_of(fitted, wider).responsibilities(z[..., None])
        likeliest = np.argmax(shares, axis=-1)
        inside = self._inside
        before = self._likeliest
        moved = inside if before is None else (likeliest != before) & inside
        changed = total(float(moved.sum())) / max(total(float(inside.sum())), 1.0)
        return replace(
            self._towards(fitted, shares, wider), _fitted=fitted, _wider=wider, _likeliest=likeliest, _changed=changed
        )

    def told(self, shares: Array, wider: float) -> Self:
        """Quadratic of classes that others tell.

        Parameters
        ----------
        shares : array (cells..., classes)
            Probability of each class in every cell, which :meth:`memberships` gives back.
        wider : float
            Standard deviation by which those of the classes are widened.
        """
        return replace(self._towards(self.rocks, shares, wider), _told=shares)

    def _towards(self, fitted: Sequence[RockClass], shares: Array, wider: float) -> Self:
        """Quadratic about the means of classes, given the probability of each in every cell (cells..., classes)."""
        smooth = self._smooth_form
        assert smooth is not None, "bound before it is updated"
        variances = np.array([one.standard_deviation**2 + wider**2 for one in fitted])
        proportions = np.array([one.proportion for one in fitted])
        scale = float(np.sum(proportions * variances) / np.sum(proportions))
        precision = shares @ (1.0 / variances)
        mean = shares @ (np.array([one.mean for one in fitted]) / variances) / precision
        about, weights = np.where(self._inside, mean, 0.0), smooth.cell_weights * scale * precision
        if self.held is not None:
            # what a drill hole says of a cell, no class overrules
            about = np.where(self.held.cells, self.held.values, about)
            weights = np.where(self.held.cells, smooth.cell_weights, weights)
        return replace(self, reference=about, _form=replace(smooth, cell_weights=weights))

    @property
    def _inside(self) -> npt.NDArray[np.bool_]:
        assert self._active is not None, "bound before it is asked"
        return self._active

    def _learnt(self, z: Array) -> tuple[RockClass, ...]:
        """Classes between those given and those of the model's values: a maximum a posteriori step.

        The given numbers count as many cells as the confidence says, each value of the model for one.
        """
        if np.isinf(self.confidence):
            return self.rocks
        values = z[self._inside]
        shares = mixture_of(self.rocks).responsibilities(values[:, None])
        whole = sum(one.proportion for one in self.classes)
        learnt = []
        for one, share in zip(self.classes, shares.T, strict=True):
            count = total(float(share.sum()))
            prior = self.confidence * one.proportion / whole
            if count + prior <= 0.0:
                learnt.append(one)
                continue
            own = total(float(np.sum(share * values))) / count if count > 0.0 else one.mean
            mean = (prior * one.mean + count * own) / (prior + count)
            squares = prior * one.standard_deviation**2 + total(float(np.sum(share * (values - own) ** 2)))
            squares += prior * count / (prior + count) * (own - one.mean) ** 2
            # the values of a smooth model may be all the same, as those of no rock are
            deviation = max(np.sqrt(squares / (prior + count)), 0.1 * one.standard_deviation)
            proportion = (prior + count) / (self.confidence + total(float(values.size)))
            learnt.append(RockClass(one.name, mean, float(deviation), max(proportion, 1e-6)))
        return tuple(learnt)

    def doubts(self, z: Array, beta: float) -> tuple[str, ...]:
        """Classes that no cell of a model belongs to."""
        rocks, shares = self.memberships(z)
        likeliest = np.argmax(shares, axis=0)[self._inside]
        empty = [one.name for k, one in enumerate(rocks) if not anywhere(likeliest == k)]
        return (f"no cell is of the class {' or '.join(empty)}",) if empty else ()
