"""Regularizers on synthetic geology: NMSE beside that of smooth and of the best sparse setting, at chi^2/N = 1."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from geoinv.core.checks import InputError
from geoinv.core.progress import report
from geoinv.datasets.geology.surveys import SyntheticSurvey
from geoinv.experiments.geology.figures import Shown, draw_errors, draw_models
from geoinv.experiments.geology.problem import MIXTURE, choosing, compared
from geoinv.experiments.geology.regularizers import LEARNED, SMOOTH, SPARSE, Maker, best_sparse, inverted
from geoinv.experiments.geology.score import Score, geometric_mean
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.table import Row, Table
from geoinv.learned.priors.geology_prior import GeologyPrior
from geoinv.regularizers.smooth import Smooth

__all__ = ["run"]

WINDOW = (0.98, 1.01)
"""chi^2/N within which a model counts as one that fits as well as the others."""

SHOWN = 4
"""Models of the first group in the figure; one of each other group besides."""


def run(settings: RunSettings, further: Mapping[str, Maker] | None = None) -> Table:
    """Invert the surveys of every group with each regularizer.

    Parameters
    ----------
    settings : RunSettings
    further : mapping of str to callable, optional
        Regularizers to compare besides smooth, sparse and learned ones, each made anew for an inversion.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        If one is named as those that are compared anyway.
    """
    own = (SMOOTH, SPARSE, LEARNED)
    taken = sorted(set(own) & set(further or {}))
    if taken:
        raise InputError(f"geology expects other names than {', '.join(own)}, got {taken[0]}; rename it")
    other = choosing(settings)
    sparse, means = best_sparse(settings, other)
    makers: dict[str, Maker] = {SMOOTH: Smooth, SPARSE: sparse, LEARNED: GeologyPrior, **(further or {})}
    groups = compared(settings)
    rows: list[Row] = []
    shown: list[Shown] = []
    errors: dict[str, dict[str, list[float]]] = {}
    total, done = sum(group.number for group in groups), 0
    for group in groups:
        scores: dict[str, list[Score]] = {name: [] for name in makers}
        seconds = dict.fromkeys(makers, 0.0)
        for number, survey in enumerate(group):
            report("geology", done + number, total)
            recovered = _recovered(survey, makers, group.lowest, scores, seconds)
            if number < (SHOWN if group.name == MIXTURE else 1):
                shown.append((", ".join(dict.fromkeys(survey.geology.kinds)), survey, recovered))
        done += group.number
        rows += _rows(settings, group.name, scores, seconds)
        errors[group.name] = {name: [score.nmse for score in of_method] for name, of_method in scores.items()}
    report("geology", total, total)
    draw_models(settings.folder / "models.png", shown)
    draw_errors(settings.folder / "errors.png", errors, SMOOTH)
    chosen = min(means, key=means.__getitem__)
    tried = ", ".join(f"{name} {mean:.3f}" for name, mean in means.items())
    shape = " x ".join(map(str, groups[0].surveys.shape))
    return Table(
        "geology",
        rows,
        {
            "surveys": f"RandomSurveys, {shape} cells, draped stations, seed {groups[0].surveys.seed}: "
            + ", ".join(f"{group.number} of {group.name}" for group in groups),
            SPARSE: f"{chosen}, the least geometric mean of NMSE / smooth on {other.number} surveys of seed "
            f"{other.surveys.seed}: {tried}",
            "inversions": "susceptibility of zero or more, of either sign where it is remanent; target chi^2/N = 1",
        },
    )


def _recovered(
    survey: SyntheticSurvey,
    makers: Mapping[str, Maker],
    lowest: float,
    scores: Mapping[str, list[Score]],
    seconds: dict[str, float],
) -> dict[str, Any]:
    """Models of a survey by regularizer; their scores and seconds are added to the lists and sums."""
    models = {}
    for name, make in makers.items():
        began = time.perf_counter()
        solution = inverted(survey, make, lowest)
        seconds[name] += time.perf_counter() - began
        scores[name].append(Score.of(survey, solution))
        models[name] = solution.model
    return models


def _rows(
    settings: RunSettings, case: str, scores: Mapping[str, Sequence[Score]], seconds: Mapping[str, float]
) -> list[Row]:
    """Rows of a group: errors, their ratios to those of smooth and sparse, and the misfits."""
    errors = {name: np.array([score.nmse for score in of_method]) for name, of_method in scores.items()}
    rows: list[Row] = []

    def add(method: str, metric: str, value: float, **fields: Any) -> None:
        rows.append(settings.row(case=case, method=method, metric=metric, value=value, **fields))

    for name, of_method in scores.items():
        misfits = [score.chi2 for score in of_method]
        within = sum(WINDOW[0] <= misfit <= WINDOW[1] for misfit in misfits)
        models = len(of_method)
        mean = geometric_mean(errors[name].tolist())
        add(name, "NMSE, geometric mean", mean, seconds=seconds[name] / models, note=f"models: {models}")
        for reference in () if name == SMOOTH else (SMOOTH, SPARSE):
            if name == reference:
                continue
            ratios = errors[name] / errors[reference]
            add(name, f"NMSE / {reference}, geometric mean of ratios", geometric_mean(ratios.tolist()))
            worse = f"models above 1.1: {int(np.sum(ratios > 1.1))}"
            add(name, f"NMSE / {reference}, worst model", ratios.max(), note=worse)
        if name == LEARNED:
            warned = sum(score.warned for score in of_method)
            add(name, "warned of", warned / models, note=f"models: {warned} of {models}")
        add(name, "chi^2/N, lowest", min(misfits))
        add(name, "chi^2/N, highest", max(misfits), note=f"models within {WINDOW[0]:g} to {WINDOW[1]:g}: {within}")
    return rows
