"""Whether a training went on until validation had stopped falling, and how long that took."""

from __future__ import annotations

import math
from dataclasses import dataclass

from geoinv.learned.training.training_record import TrainingRecord

__all__ = ["Convergence"]

FLAT = 0.01
"""Share within which validation errors count as equal."""


@dataclass(frozen=True)
class Convergence:
    """How the validation error of a training fell.

    A rate that falls to zero ends every training flat, so the training itself cannot tell whether a longer one would
    come lower; a shorter one on the same models can, each with its own whole schedule.

    Parameters
    ----------
    record : TrainingRecord
    steps : int
        Of an epoch.
    shorter : tuple of int and float, optional
        Steps of a shorter training, and the validation error that it came to.
    """

    record: TrainingRecord
    steps: int
    shorter: tuple[int, float] | None = None

    @property
    def flat_from(self) -> int | None:
        """First epoch from which on no validation error is more than 1 % above the best; None where it rises again."""
        best = min(epoch.validation_error for epoch in self.record.epochs)
        last = max((e.epoch for e in self.record.epochs if e.validation_error > (1.0 + FLAT) * best), default=0)
        return None if last == len(self.record.epochs) else last + 1

    @property
    def per_doubling(self) -> float | None:
        """Share by which each doubling of the steps lowered the validation error, on average."""
        total = len(self.record.epochs) * self.steps
        if self.shorter is None or self.shorter[0] >= total or not math.isfinite(self.shorter[1]):
            return None
        ratio = self.record.best.validation_error / self.shorter[1]
        return 1.0 - float(ratio ** (1.0 / math.log2(total / self.shorter[0])))

    @property
    def text(self) -> str:
        """How long the training was, and whether that was long enough."""
        length = f"{len(self.record.epochs)} epochs of {self.steps} steps"
        if self.flat_from is None:
            return f"{length}, validation lowest after epoch {self.record.best.epoch} and rising since"
        flat = f"{length}, validation flat from epoch {self.flat_from}"
        if self.per_doubling is None:
            return flat
        state = "still falling" if self.per_doubling > FLAT else "no longer falling"
        return f"{flat}, {state}: by {100 * self.per_doubling:.1f} % for each doubling of the steps"
