"""Fits of a layer."""

from __future__ import annotations

import numpy as np
import pytest
from buried_bodies import survey_of

from geoinv.equivalent_sources.fitting import fit_layer
from geoinv.equivalent_sources.operator import SourceStrengths, layer_field, on_grid


def test_a_fit_holds_its_strengths_and_meets_the_target():
    survey = survey_of("gz", side=10)
    fit = fit_layer(survey, 240.0)
    predicted = layer_field(fit.layer, survey, 1)(on_grid(fit.layer, fit.strengths)) + fit.solution.base_level
    assert np.mean(((survey.data - predicted) / survey.uncertainty) ** 2) == pytest.approx(1.0, abs=0.03)


def test_an_interrupted_fit_is_none(monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(SourceStrengths, "_forward", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fit_layer(survey_of("gz", side=6), 300.0)
