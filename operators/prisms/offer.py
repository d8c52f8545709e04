"""What an engine answers when it is asked to apply a problem: what it would cost, or why it does not serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numba

from geoinv.core.memory import bytes_text
from geoinv.operators.prisms.problem import Engine

__all__ = ["APPLICATIONS", "VALUES_A_SECOND", "Estimate", "Offer", "Refusal", "per_second"]

APPLICATIONS = 200
"""Applications that building is weighed against where the caller names no number: an inversion makes a few hundred."""

VALUES_A_SECOND = 1.7e7
"""Kernel values a second and core (Xeon, 2.1 GHz, AVX-512) on the way to a matrix or a table, written to memory."""


@dataclass(frozen=True)
class Estimate:
    """Cost of an engine before it is built.

    Attributes
    ----------
    memory : float
        Bytes.
    build, apply : float
        Seconds, once and for each application.
    applications : int
        How many there will be.
    """

    memory: float
    build: float
    apply: float
    applications: int = APPLICATIONS

    @property
    def total(self) -> float:
        """Seconds for building and all applications."""
        return self.build + self.applications * self.apply

    def __str__(self) -> str:
        """Memory and times in words."""
        return f"{bytes_text(self.memory)}, {self.build:.2g} s to build, {self.apply:.2g} s to apply"


@dataclass(frozen=True)
class Refusal:
    """Why an engine does not serve a problem.

    Attributes
    ----------
    clause : str
        For a sentence: "stations differ in height".
    """

    clause: str


@dataclass(frozen=True)
class Offer:
    """What an engine would cost, and how it is built.

    Attributes
    ----------
    estimate : Estimate
        Its cost.
    build : callable
        Makes the engine that was estimated.
    settings : mapping
        What the engine has settled for: a plan, a layout.
    confirm : callable, optional
        Makes the offer that holds, where this one was made without looking at everything: what is left to look at takes
        time, and is worth it only where the offer is the best. The offer that holds costs no less.
    """

    estimate: Estimate
    build: Callable[[], Engine]
    settings: Mapping[str, Any] = field(default_factory=dict)
    confirm: Callable[[], Offer | Refusal] | None = None


def per_second(per_core: float) -> float:
    """Rate of all cores together."""
    return per_core * float(numba.get_num_threads())
