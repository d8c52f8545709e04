"""Surveys that a prior should not be trusted with: each is what it says."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.experiments.geology_prior import unfamiliar
from geoinv.experiments.geology_prior.unfamiliar import UNFAMILIAR, unfamiliar_survey


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unfamiliar, "SHAPES", ((8, 10, 10),))


@pytest.mark.parametrize("kind", UNFAMILIAR)
def test_only_the_data_of_wrong_surveys_are_not_those_of_their_model(kind: str) -> None:
    found = [unfamiliar_survey(kind, 0, index) for index in range(4)]
    surveys = [survey for survey, _ in filter(None, found)]
    assert surveys
    for survey in surveys:
        misfit = np.mean(((survey.data - survey.operator(survey.true_model)) / survey.uncertainty) ** 2)
        assert (misfit > 2.0) == (kind in ("wrong heights", "level left in the data"))
        assert not survey.true_model[~survey.geology.grid.active].any()


def test_rock_of_either_sign_is_sought_as_such() -> None:
    survey, lowest = unfamiliar_survey("opposite signs", 0, 1) or (None, 0.0)
    assert survey is not None
    assert lowest == -np.inf
    assert survey.true_model.min() < 0.0 < survey.true_model.max()


def test_a_survey_is_the_same_whenever_it_is_asked_for() -> None:
    once, again = (unfamiliar_survey("texture", 0, 3) for _ in range(2))
    assert once is not None
    assert again is not None
    assert np.array_equal(once[0].data, again[0].data)
