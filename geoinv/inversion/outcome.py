"""How an inversion ended."""

from __future__ import annotations

from enum import Enum

__all__ = ["Outcome"]


class Outcome(Enum):
    """How an inversion ended; the value is the beginning of the sentence that says it.

    Examples
    --------
    >>> Outcome.STALLED.value, Outcome.STALLED.unfitted, Outcome.STALLED.incomplete
    ('stalled', True, False)
    """

    REACHED = "target reached"
    REFERENCE_FITS = "target reached by the reference model"
    PREFERRED_FITS = "target reached by the model that the regularizer alone prefers"
    MET_UNCONVERGED = "target met"
    STALLED = "stalled"
    OUT_OF_ITERATIONS = "out of iterations"
    INTERRUPTED = "interrupted"
    NOT_FINITE = "not finite"
    BETA_AS_GIVEN = "beta as given"
    CORNER = "corner of the L-curve"

    @property
    def unfitted(self) -> bool:
        """Whether data were to be fitted and are not."""
        return self in (Outcome.STALLED, Outcome.OUT_OF_ITERATIONS)

    @property
    def searched(self) -> bool:
        """Whether a search for a target ended by itself, so that its residuals should look like noise."""
        return self.unfitted or self in (Outcome.REACHED, Outcome.PREFERRED_FITS)

    @property
    def incomplete(self) -> bool:
        """Whether something else than the inversion itself ended it."""
        return self in (Outcome.INTERRUPTED, Outcome.NOT_FINITE)
