"""The sparse setting is the one that serves the surveys to choose by best."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import geoinv
from geoinv.datasets import RandomSurveys, SyntheticSurvey
from geoinv.experiments.geology.regularizers import CANDIDATES, best_sparse, inverted
from geoinv.experiments.shared.measures import nmse
from geoinv.experiments.shared.preset import RunSettings


def error(survey: SyntheticSurvey, regularizer: geoinv.Regularizer) -> float:
    bounds = (0.0, np.inf)
    solution = geoinv.invert(survey.operator, survey.data, survey.uncertainty, regularizer, bounds)
    return nmse(solution.model, survey.true_model)


def test_the_setting_with_the_least_errors_is_chosen():
    survey = RandomSurveys((8, 8, 8), seed=2)[0]
    make, means = best_sparse(RunSettings("quick", 0, Path("nowhere")), [survey, survey])
    expected = {name: error(survey, CANDIDATES[name]()) / error(survey, geoinv.Smooth()) for name in means}
    assert means == pytest.approx(expected)
    assert make is CANDIDATES[min(expected, key=expected.__getitem__)]


def test_an_interrupt_ends_the_comparison_and_not_one_inversion_of_it():
    survey = RandomSurveys((8, 8, 8), seed=2)[0]

    class Interrupting(geoinv.Smooth):
        def gradient(self, z):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        inverted(survey, Interrupting)


def test_candidates_have_the_norms_that_their_names_say():
    assert CANDIDATES["p = 1, 2"]().p_small == 1.0
    assert CANDIDATES["p = 1, 2"]().p_smooth == 2.0
    assert CANDIDATES["p = 1, 1"]().p_smooth == 1.0
