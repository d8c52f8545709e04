"""What an engine is expected to cost before it is built."""

from __future__ import annotations

from dataclasses import dataclass

from geoinv.core.memory import bytes_text

__all__ = ["APPLICATIONS", "Estimate"]

APPLICATIONS = 200
"""Applications that building is weighed against where the caller names no number: an inversion makes a few hundred."""


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
