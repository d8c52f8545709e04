"""Scores of solutions: errors below ground alone, and the mean of ratios."""

from __future__ import annotations

import numpy as np
import pytest

import geoinv
from geoinv.datasets import RandomSurveys
from geoinv.experiments.geology.score import Score, geometric_mean


def test_a_solution_is_scored_in_the_cells_below_ground():
    survey = RandomSurveys((8, 10, 10), relief=(0.4, 0.4), seed=3)[0]
    solution = geoinv.invert(survey.operator, survey.data, survey.uncertainty)
    score = Score.of(survey, solution)
    truth = survey.true_model
    assert score.nmse == pytest.approx(np.sum((solution.model - truth) ** 2) / np.sum(truth**2))
    residual = (survey.data - survey.operator(solution.model)) / survey.uncertainty
    assert score.chi2 == pytest.approx(np.mean(residual**2), rel=1e-6)
    assert score.reached == (0.98 <= score.chi2 <= 1.01)


def test_the_geometric_mean_is_that_of_logarithms():
    assert geometric_mean([0.5, 1.0, 4.0]) == pytest.approx(2.0 ** (1.0 / 3.0))
