"""The regularizers by name: what ``geoinv invert --regularizer`` offers, and classes for ``geoinv.NAME``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geoinv.core.checks import InputError, choice
from geoinv.regularizers.aligned import Aligned
from geoinv.regularizers.base import Regularizer
from geoinv.regularizers.mixture import Mixture
from geoinv.regularizers.rock_classes import RockClass
from geoinv.regularizers.smooth import Smooth
from geoinv.regularizers.sparse import Sparse
from geoinv.regularizers.total_variation import TotalVariation

__all__ = [
    "REGULARIZERS",
    "Aligned",
    "Entry",
    "Mixture",
    "RockClass",
    "Smooth",
    "Sparse",
    "TotalVariation",
    "regularizer_of",
]


@dataclass(frozen=True)
class Entry:
    """A regularizer under a name.

    Attributes
    ----------
    make : callable
        Its class.
    summary : str
        What models it prefers, in a few words.
    norms : tuple of str
        Arguments that its norms go to: that of the model, that of the gradient; empty where it has none to choose.
    settings : mapping
        Arguments that the name stands for.
    vectors : bool
        Whether it is for models of vectors alone.
    """

    make: Callable[..., Regularizer]
    summary: str
    norms: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    vectors: bool = False


COMPACT = {"p_small": 0.0, "p_smooth": 1.0, "smoothness": 1.0}
BLOCKY = {"p_small": 1.0, "p_smooth": 0.0, "smoothness": 1.0}

REGULARIZERS: dict[str, Entry] = {
    "smooth": Entry(Smooth, "small and smooth"),
    "sparse": Entry(Sparse, "few cells and few edges", ("p_small", "p_smooth")),
    "compact": Entry(Sparse, "few cells, of nearly one amplitude", ("p_small", "p_smooth"), COMPACT),
    "aligned": Entry(Aligned, "few cells, in each body of nearly one direction", ("p_small", "p_smooth"), vectors=True),
    "blocky": Entry(Sparse, "few edges", ("p_small", "p_smooth"), BLOCKY),
    "total-variation": Entry(TotalVariation, "flat, with edges", ("p_small", "p_smooth")),
    "mixture": Entry(Mixture, "values of the classes of rock that are given"),
}


def regularizer_of(name: str, norms: Sequence[float] = (), **arguments: Any) -> Regularizer:
    """Regularizer of a name.

    Parameters
    ----------
    name : str
        One of :data:`REGULARIZERS`.
    norms : sequence of float
        Powers p in place of those that the name stands for: that of the model, then that of the gradient, one or for
        (upward, northing, easting); one alone is for both.
    **arguments
        Further arguments of its class.

    Raises
    ------
    InputError
        If there is none of that name, or it has no norms to choose.

    Examples
    --------
    >>> regularizer_of("smooth", smoothness=2.0).smoothness
    2.0
    """
    choice("regularizer_of", "the name", name, tuple(REGULARIZERS))
    entry = REGULARIZERS[name]
    if norms and not entry.norms:
        others = ", ".join(other for other, kind in REGULARIZERS.items() if kind.norms)
        raise InputError(f"norms expect a regularizer that has some to choose ({others}), got {name}; leave them out")
    if norms:
        model, gradient = entry.norms
        arguments = {model: norms[0], gradient: norms[0] if len(norms) == 1 else tuple(norms[1:]), **arguments}
        if len(norms) == 2:
            arguments[gradient] = norms[1]
    return entry.make(**{**entry.settings, **arguments})
