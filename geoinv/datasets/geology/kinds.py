"""The kinds of events that models are made of, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from geoinv.core.checks import InputError, choice
from geoinv.datasets.geology.boxes import block, dyke
from geoinv.datasets.geology.events import Event
from geoinv.datasets.geology.fault import fault
from geoinv.datasets.geology.intrusions import ellipsoid, pipe, stock
from geoinv.datasets.geology.random_field import random_field
from geoinv.datasets.geology.remanent import remanent_body
from geoinv.datasets.geology.space import Space
from geoinv.datasets.geology.strata import folded_strata, strata, thin_folded_sheets

__all__ = ["KINDS", "TRAINING_KINDS", "Kind", "checked_kinds"]


@dataclass(frozen=True)
class Kind:
    """A kind of event.

    Attributes
    ----------
    draw : callable
        Events (random, space) of one instance, the oldest first.
    host : bool
        Whether it is the host rock, of which a model has one at most, older than all else.
    holds_rock : bool
        Whether it is a body; faults only displace.
    held_back : bool
        Whether it is left out where no kinds are chosen, so that what was trained can be tried on it.
    remanent : bool
        Whether its rock has a remanent magnetization.
    """

    draw: Callable[[np.random.Generator, Space], tuple[Event, ...]]
    host: bool = False
    holds_rock: bool = True
    held_back: bool = False
    remanent: bool = False

    @property
    def summary(self) -> str:
        """First sentence of its docstring, without the full stop."""
        return (self.draw.__doc__ or "").split("\n")[0].rstrip(".")


KINDS: dict[str, Kind] = {
    "strata": Kind(strata, host=True),
    "folded strata": Kind(folded_strata, host=True),
    "random field": Kind(random_field, host=True),
    "fault": Kind(fault, holds_rock=False),
    "dyke": Kind(dyke),
    "block": Kind(block),
    "ellipsoid": Kind(ellipsoid),
    "stock": Kind(stock),
    "pipe": Kind(pipe),
    "thin folded sheets": Kind(thin_folded_sheets, host=True, held_back=True),
    "remanent body": Kind(remanent_body, held_back=True, remanent=True),
}

TRAINING_KINDS = tuple(name for name, kind in KINDS.items() if not kind.held_back)
"""What models are made of where no kinds are chosen."""


def checked_kinds(owner: str, kinds: Sequence[str]) -> tuple[str, ...]:
    """Names of kinds, at least one of which holds rock.

    Raises
    ------
    InputError
        If they are no names, there are none, one is unknown, or all are faults.
    """
    if not isinstance(kinds, (str, list, tuple)):
        raise InputError(f"{owner} expects kinds as names, got {kinds!r}; give some of {', '.join(KINDS)}")
    names = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    for name in names:
        choice(owner, "kinds", name, tuple(KINDS))
    if not any(KINDS[name].holds_rock for name in names):
        got = ", ".join(names) or "none"
        raise InputError(
            f"{owner} expects at least one kind that holds rock, got {got}; add one of "
            f"{', '.join(name for name, kind in KINDS.items() if kind.holds_rock)}"
        )
    return names
