"""Classes of rock in a joint inversion: what all properties of a cell tell of its class."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError
from geoinv.core.whole import total
from geoinv.core.wording import way
from geoinv.inversion.joint_data import Property
from geoinv.inversion.joint_problem import PropertyProblem
from geoinv.probability.mixture import GaussianMixture
from geoinv.regularizers.mixture import Mixture
from geoinv.regularizers.rock_classes import SAME, RockClass, checked_classes, overlap
from geoinv.regularizers.smooth import Smooth

__all__ = ["SharedClasses", "checked_shared_classes", "refuse_other_preferences"]

Array = npt.NDArray[np.float64]

ROUNDS = 2
"""Rounds in which the data are nearly fitted before the classes are narrowed again."""

COOLING = 2.0
"""Factor between one widening of the classes and the next."""

NARROW = 0.25
"""Widening relative to the narrowest class from which the classes are taken as they are."""

STEADY = 2e-3
"""Part of the cells that may still change their class when memberships count as settled."""


class OfSeveral(Mixture):
    """Mixture of classes that this property need not tell apart, since others do."""

    apart: ClassVar[bool] = False


@dataclass(frozen=True, eq=False)
class SharedClasses:
    """Classes with a mean and a standard deviation of every property, and the probability of each in every cell.

    A cell's class is told by the values of all its properties together, so that what one survey resolves helps the
    other; each property is then held near the means of the classes, as :class:`geoinv.Mixture` does. The classes are
    widened by the spread of their means at first, since smooth models have amplitudes that are too low, and narrowed
    while the data are nearly fitted.

    Attributes
    ----------
    phis : tuple of Mixture
        Regularizer of each property, bound to its operator.
    wider : tuple of float
        Standard deviation by which the classes are widened, in each property.
    likeliest : array of int or None
        Likeliest class of each cell.
    changed : float
        Part of the cells that have changed it at the last update.
    waited : int
        Rounds since the classes were narrowed.

    Notes
    -----
    Astic, Heagy and Oldenburg (2021), Petrophysically and geologically guided multi-physics inversion using a dynamic
    Gaussian mixture model, Geophys. J. Int. 224(1); they take the likeliest class, here its probability counts.
    """

    phis: tuple[Mixture, ...]
    wider: tuple[float, ...]
    likeliest: npt.NDArray[np.intp] | None = None
    changed: float = 1.0
    waited: int = 0

    @classmethod
    def of(cls, properties: Sequence[PropertyProblem], classes: Mapping[str, Sequence[RockClass]]) -> Self:
        """Classes of properties that have been inverted alone."""
        phis = []
        for one in properties:
            given = one.phi
            assert isinstance(given, Smooth), "checked before"
            mixture = OfSeveral(
                smallness=given.smallness,
                smoothness=given.smoothness,
                weighting=given.weighting,
                held=given.held,
                classes=classes[one.name],
            )
            operator = one.problem.objective.operator
            assert isinstance(operator, LinearOperator), "checked before"
            phis.append(mixture.bind(operator))
        wider = tuple(float(np.std([rock.mean for rock in phi.classes])) / COOLING for phi in phis)
        return cls(tuple(phis), wider)

    @property
    def settled(self) -> bool:
        """Whether the classes are as narrow as given and cells keep theirs."""
        return not any(self.wider) and self.changed <= STEADY

    def update(self, z: Array, fitted: bool) -> Self:
        """Quadratics of the classes that cells belong to at models, narrower ones where the data are nearly fitted."""
        waited, wider = self.waited + 1, self.wider
        if fitted and waited > ROUNDS and any(wider):
            waited, wider = 0, tuple(one / COOLING for one in wider)
            narrowest = [min(rock.standard_deviation for rock in phi.classes) for phi in self.phis]
            if all(one < NARROW * least for one, least in zip(wider, narrowest, strict=True)):
                wider = (0.0,) * len(wider)
        shares = self._mixture(wider).responsibilities(np.moveaxis(z, 0, -1))
        likeliest = np.argmax(shares, axis=-1)
        moved = 1.0 if self.likeliest is None else float(np.count_nonzero(likeliest != self.likeliest))
        changed = 1.0 if self.likeliest is None else total(moved) / total(float(likeliest.size))
        phis = tuple(phi.told(shares, more) for phi, more in zip(self.phis, wider, strict=True))
        return replace(self, phis=phis, wider=wider, likeliest=likeliest, changed=changed, waited=waited)

    def _mixture(self, wider: Sequence[float]) -> GaussianMixture:
        """Density of the values of all properties, which are independent within a class."""
        variances = np.array(
            [
                [rock.standard_deviation**2 + more**2 for rock in phi.classes]
                for phi, more in zip(self.phis, wider, strict=True)
            ]
        )
        means = np.array([[rock.mean for rock in phi.classes] for phi in self.phis])
        proportions = [rock.proportion for rock in self.phis[0].classes]
        return GaussianMixture(means.T, variances.T[:, :, None] * np.eye(len(variances)), proportions)


def checked_shared_classes(
    classes: Mapping[str, Sequence[RockClass]] | None, unknowns: Sequence[str]
) -> dict[str, tuple[RockClass, ...]]:
    """Classes of every property, of the same names in the same order.

    Raises
    ------
    InputError
        If a property has none, names differ, or two classes overlap entirely in every property.
    """
    given = dict(classes or {})
    if set(given) != set(unknowns):
        raise InputError(
            f"the coupling by classes expects classes of each property ({', '.join(unknowns)}), got those of "
            f"{', '.join(given) or 'none'}; give a mean and a standard deviation of each class in each"
        )
    found = {name: checked_classes("the coupling by classes", given[name], apart=False) for name in unknowns}
    first, *others = unknowns
    names = [rock.name for rock in found[first]]
    for other in others:
        named = [rock.name for rock in found[other]]
        if named != names:
            raise InputError(
                f"the coupling by classes expects the same classes in the same order for each property, got "
                f"{', '.join(names)} for the {first} and {', '.join(named)} for the {other}"
            )
    for one, another in combinations(range(len(names)), 2):
        common = math.prod(overlap(rocks[one], rocks[another]) for rocks in found.values())
        if common > SAME:
            raise InputError(
                f"the coupling by classes expects classes that a property tells apart, got {names[one]!r} and "
                f"{names[another]!r}, which overlap to {100.0 * common:.0f} % in all of them; join them"
            )
    return found


def refuse_other_preferences(properties: Mapping[str, Property]) -> None:
    """Reject regularizers that say themselves what values to prefer.

    Raises
    ------
    InputError
        If one is not a :class:`geoinv.Smooth` about zero.
    """
    for name, asked in properties.items():
        given = asked.regularizer
        if given is None or (type(given) is Smooth and not np.any(np.asarray(given.reference) != 0.0)):
            continue
        got = "a reference" if type(given) is Smooth else type(given).__name__
        remedy = way("leave out --reference", "leave it out")
        raise InputError(
            f"the coupling by classes says what values of the {name} to prefer, and expects a smooth regularizer about "
            f"zero beside it, got {got}; {remedy}"
        )
