"""One trade-off a data set: led to the value at which the data set fits as well as it should."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from geoinv.inversion.beta_search import WINDOW

__all__ = ["TradeOff"]

AIM = 0.995
"""chi^2/N, relative to the target, that beta is led to: the middle of the window."""

FIRST_POWER = 1.25
"""Power of beta with which chi^2 is taken to grow before two trials tell."""

POWERS = (0.2, 2.0)
"""Lowest and highest power that trials may tell: chi^2 of a minimum grows with the square of beta at most."""

LONGEST = 3.0
"""Largest factor that beta is changed by at a time."""

GRANTED = 30.0
"""Factor on beta beyond which data that still fit better than asked are fitted by the other data of their property."""

TELLING = 0.02
"""Least change of the logarithm of beta that tells a power."""


@dataclass(frozen=True)
class TradeOff:
    """The beta of one data set.

    Attributes
    ----------
    beta : float
        Current trade-off.
    target : float
        chi^2/N to meet.
    misfit : float
        chi^2/N of the last model.
    power : float
        Power of beta with which chi^2 grows, as far as it is known.
    first : float
        Trade-off that it began with.
    last : (float, float) or None
        Trade-off and chi^2/N of the model before.

    Examples
    --------
    >>> trade_off = TradeOff(1.0, 1.0).told(2.0)
    >>> trade_off.fits, round(trade_off.beta, 2)
    (False, 0.57)
    """

    beta: float
    target: float
    misfit: float = np.nan
    power: float = FIRST_POWER
    first: float = np.nan
    last: tuple[float, float] | None = None

    @property
    def relative(self) -> float:
        """Trade-off relative to the first one."""
        return self.beta / self.first if np.isfinite(self.first) else 1.0

    @property
    def fits(self) -> bool:
        """Whether the last model's chi^2/N is in the window about the target, or below it whatever the trade-off."""
        return self.granted or WINDOW[0] * self.target <= self.misfit <= WINDOW[1] * self.target

    @property
    def granted(self) -> bool:
        """Whether the data fit better than asked, though they hardly count any more."""
        return self.misfit < WINDOW[0] * self.target and self.relative > GRANTED

    def told(self, misfit: float) -> TradeOff:
        """Trade-off to try next, given chi^2/N of the model found at this one."""
        power = self.power
        if self.last is not None:
            moved = np.log(self.beta / self.last[0])
            if abs(moved) > TELLING:
                power = float(np.clip(np.log(max(misfit, 1e-12) / self.last[1]) / moved, *POWERS))
        if replace(self, misfit=misfit).granted:
            return replace(self, misfit=misfit)
        factor = (AIM * self.target / max(misfit, 1e-12)) ** (1.0 / power)
        beta = self.beta * float(np.clip(factor, 1.0 / LONGEST, LONGEST))
        return replace(self, beta=beta, misfit=misfit, power=power, last=(self.beta, max(misfit, 1e-12)))
