"""The networks that come with the package, on surveys that nothing has seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import geoinv
from geoinv.datasets import RandomSurveys
from geoinv.experiments.geology.score import Score
from geoinv.learned import GeologyPrior
from geoinv.learned.priors.geology_prior import SHIPPED

SURVEYS = range(6)


@pytest.fixture(scope="module")
def solved() -> list[tuple[Any, geoinv.Solution, geoinv.Solution]]:
    surveys = RandomSurveys((10, 20, 20), seed=9_000_000)
    found = []
    for index in SURVEYS:
        survey = surveys[index]
        smooth, learned = (
            geoinv.invert(survey.operator, survey.data, survey.uncertainty, phi, bounds=(0.0, np.inf))
            for phi in (geoinv.Smooth(), GeologyPrior())
        )
        found.append((survey, smooth, learned))
    return found


def test_models_are_nearer_to_the_truth_than_smooth_ones(solved: Any) -> None:
    ratios = [Score.of(survey, learned).nmse / Score.of(survey, smooth).nmse for survey, smooth, learned in solved]
    assert np.exp(np.mean(np.log(ratios))) < 0.85
    assert all(learned.reached and learned.chi2_per_datum < 1.011 for _, _, learned in solved)


def test_most_truths_of_the_rock_lie_between_the_percentiles(solved: Any) -> None:
    inside = []
    for survey, _, learned in solved:
        percentiles, truth = learned.percentiles(), survey.true_model
        if not percentiles:  # warned of
            continue
        rock = truth > 0.05 * truth.max()
        inside.append(((percentiles[5] <= truth) & (truth <= percentiles[95]))[rock])
    assert 0.75 < np.concatenate(inside).mean() < 0.99


def test_few_of_these_surveys_are_warned_of(solved: Any) -> None:
    warned = [any("looks unlike" in doubt for doubt in learned.doubts) for _, _, learned in solved]
    assert sum(warned) <= 2
    assert not any("other sizes" in doubt for _, _, learned in solved for doubt in learned.doubts)


def test_the_file_is_small() -> None:
    assert SHIPPED.stat().st_size < 16_000_000
