"""How well a solution does: its distance from the true model, and how it fits the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geoinv.datasets.geology.surveys import SyntheticSurvey
from geoinv.experiments.shared.measures import nmse
from geoinv.inversion.solution import Solution

__all__ = ["Score", "geometric_mean"]


@dataclass(frozen=True)
class Score:
    """Numbers of one solution.

    Attributes
    ----------
    nmse : float
        ``sum |x - truth|^2 / sum |truth|^2`` over the cells below ground.
    chi2 : float
        chi^2/N of the data.
    reached : bool
        Whether the inversion ended at the target.
    warned : bool
        Whether a learned prior doubts that it knows such surveys.
    """

    nmse: float
    chi2: float
    reached: bool
    warned: bool

    @classmethod
    def of(cls, survey: SyntheticSurvey, solution: Solution) -> Score:
        """Score of a solution against the true model of its survey."""
        active = survey.geology.grid.active
        error = nmse(solution.model[active][None], survey.true_model[active][None])
        warned = any("learned prior" in doubt for doubt in solution.doubts)
        return cls(error, solution.chi2_per_datum, solution.reached, warned)


def geometric_mean(values: Sequence[float]) -> float:
    """Root of the product of positive values: the mean of ratios in which 2 and 1/2 cancel.

    Examples
    --------
    >>> geometric_mean([2.0, 0.5])
    1.0
    """
    return float(np.exp(np.mean(np.log(values))))
