"""The regularizers compared: smooth, and the sparse setting that serves other models best."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np

from geoinv.datasets.geology.surveys import SyntheticSurvey
from geoinv.experiments.geology.score import Score, geometric_mean
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.whole_inversion import invert_whole
from geoinv.inversion.solution import Solution
from geoinv.regularizers.base import Regularizer
from geoinv.regularizers.registry import regularizer_of
from geoinv.regularizers.smooth import Smooth

__all__ = ["LEARNED", "SMOOTH", "SPARSE", "Maker", "best_sparse", "inverted"]

Maker = Callable[[], Regularizer]
"""Makes the regularizer of an inversion."""

SMOOTH, SPARSE, LEARNED = "smooth", "best sparse", "learned"
"""Names of what every other regularizer is compared with, and of the prior that comes with the package."""

CANDIDATES: dict[str, Maker] = {
    "sparse": partial(regularizer_of, "sparse"),
    "compact": partial(regularizer_of, "compact"),
    "blocky": partial(regularizer_of, "blocky"),
    "total variation": partial(regularizer_of, "total-variation"),
    "p = 1, 2": partial(regularizer_of, "sparse", (1.0, 2.0), smoothness=1.0),
    "p = 1, 1": partial(regularizer_of, "sparse", (1.0, 1.0), smoothness=1.0),
}
"""Sparse settings by name: those that commands offer, and sums of amplitudes with smooth or sparse gradients."""


def inverted(survey: SyntheticSurvey, make: Maker, lowest: float = 0.0) -> Solution:
    """Inversion of a survey to chi^2/N = 1, with a susceptibility of `lowest` or more.

    Raises
    ------
    KeyboardInterrupt
        If it was interrupted.
    """
    return invert_whole(survey.operator, survey.data, survey.uncertainty, make(), (lowest, np.inf))


def best_sparse(settings: RunSettings, surveys: Iterable[SyntheticSurvey]) -> tuple[Maker, Mapping[str, float]]:
    """Sparse setting with the least geometric mean of NMSE over that of smooth, and this number of each setting."""
    names = settings.choose(quick=("sparse", "p = 1, 2"), cpu=tuple(CANDIDATES), full=tuple(CANDIDATES))
    ratios: dict[str, list[float]] = {name: [] for name in names}
    for survey in surveys:
        smooth = Score.of(survey, inverted(survey, Smooth))
        for name in names:
            ratios[name].append(Score.of(survey, inverted(survey, CANDIDATES[name])).nmse / smooth.nmse)
    means: dict[str, Any] = {name: geometric_mean(values) for name, values in ratios.items()}
    return CANDIDATES[min(means, key=means.__getitem__)], means
