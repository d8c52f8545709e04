"""A setting chosen from a grid that is widened until its best value lies inside."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Bracket", "bracketed"]

MOST = 8
"""Values that are tried at most."""


@dataclass(frozen=True)
class Bracket:
    """Values of a setting that were tried, and the best.

    Parameters
    ----------
    errors : mapping of float to float
        Validation error of each value; infinite where it failed.
    highest : float, optional
        Largest value that means anything.
    """

    errors: Mapping[float, float]
    highest: float = math.inf

    @property
    def best(self) -> float:
        """Value of the least error."""
        return min(self.errors, key=lambda value: (self.errors[value], value))

    @property
    def inside(self) -> bool:
        """Whether a smaller and a larger value did worse."""
        return min(self.errors) < self.best < max(self.errors)

    def text(self, name: str) -> str:
        """What was chosen from which grid, and whether a wider one might have served better.

        Examples
        --------
        >>> Bracket({0.5: 0.3, 1.0: 0.2, 2.0: 0.4}).text("strength"), Bracket({8.0: 0.0}).text("strength")
        ('strength 1 of 0.5, 1, 2, which bracket it', 'strength 8 (not tuned)')
        >>> Bracket({0.5: 0.3, 1.0: 0.2}).text("strength")
        'strength 1 of 0.5, 1 (edge of the grid)'
        """
        if len(self.errors) == 1:
            return f"{name} {self.best:g} (not tuned)"
        chosen = f"{name} {self.best:g} of {', '.join(f'{value:g}' for value in sorted(self.errors))}"
        if self.inside:
            return f"{chosen}, which bracket it"
        return f"{chosen}{', the largest there is' if self.best == self.highest else ' (edge of the grid)'}"


def bracketed(
    grid: Sequence[float], error_of: Callable[[float], float], most: int = MOST, highest: float = math.inf
) -> Bracket:
    """Try the values of a grid, and further ones where the best is the first or the last.

    Parameters
    ----------
    grid : sequence of float
        Positive, ascending; a single one is taken untried. It is widened by the ratio of its neighbours there.
    error_of : callable
        Validation error of a value; infinite where it fails.
    most : int, optional
        Values to try at most.
    highest : float, optional
        Largest value that means anything.

    Examples
    --------
    >>> found = bracketed([1.0, 2.0, 4.0], lambda value: abs(value - 11.0))
    >>> found.best, found.inside, sorted(found.errors)
    (8.0, True, [1.0, 2.0, 4.0, 8.0, 16.0])
    """
    if len(grid) == 1:
        return Bracket({grid[0]: math.nan}, highest)
    errors = {value: error_of(value) for value in grid}
    found = Bracket(errors, highest)
    while not found.inside and len(errors) < most:
        tried = sorted(errors)
        if found.best == tried[0]:
            value = tried[0] ** 2 / tried[1]
        elif tried[-1] < highest:
            value = min(tried[-1] ** 2 / tried[-2], highest)
        else:
            break
        # a grid in decimals stays one
        value = float(f"{value:.3g}")
        errors[value] = error_of(value)
        found = Bracket(errors, highest)
    return found
