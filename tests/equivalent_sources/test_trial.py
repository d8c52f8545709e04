"""Errors of what is left out, in closed form, against fits without it."""

from __future__ import annotations

import numpy as np
import pytest
from buried_bodies import survey_of

from geoinv.equivalent_sources.layer import layer_below
from geoinv.equivalent_sources.operator import SourceStrengths, layer_field
from geoinv.equivalent_sources.trial import Trial, together, tried


def test_the_error_is_that_of_fits_without_the_part():
    survey = survey_of(side=9)
    folds = np.arange(survey.stations) % 3
    trial = tried(survey, folds, 170.0)
    layer = layer_below(survey, 170.0)
    A = SourceStrengths(layer, layer_field(layer, survey, 1, engine="direct"))
    matrix = A.to_dense() / survey.uncertainty.T
    # a constant as one more source, of a variance that does not hold it
    free = np.sqrt(1e3 * np.max(np.sum(matrix**2, axis=1)) / np.sum(1.0 / survey.uncertainty**2))
    matrix = np.column_stack([matrix, free / survey.uncertainty[0]])
    data = (survey.data / survey.uncertainty)[0]

    def residual(damping, rows, left_out):
        inner = matrix[rows] @ matrix[rows].T + damping * np.eye(rows.sum())
        return data[left_out] - matrix[left_out] @ (matrix[rows].T @ np.linalg.solve(inner, data[rows]))

    whole = np.ones(survey.stations, bool)
    low, high = 1e-3, 1e9
    for _ in range(100):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if np.mean(residual(middle, whole, whole) ** 2) < 1.0 else (low, middle)
    squares = [np.sum(residual(low, folds != fold, folds == fold) ** 2) for fold in range(3)]
    expected = np.sqrt(np.sum(squares) / survey.stations) * survey.uncertainty[0, 0]
    assert trial.error == pytest.approx(expected, rel=0.01)
    assert trial.chi2_per_datum == pytest.approx(1.0, abs=1e-6)
    assert trial.fits


def test_sources_far_below_do_not_fit():
    survey = survey_of(side=12)
    assert not tried(survey, np.arange(survey.stations) % 4, 1500.0).fits


def test_parts_of_a_survey_count_together_and_the_worst_must_fit():
    both = together([Trial(50.0, 3.0, 3.0, 1.0), Trial(50.0, 4.0, 4.0, 1.5)])
    assert both == Trial(50.0, pytest.approx(np.sqrt(12.5)), pytest.approx(np.sqrt(12.5)), 1.5)
    assert not both.fits
    assert together([Trial(50.0, None, 3.0, 1.0)]).noise is None
