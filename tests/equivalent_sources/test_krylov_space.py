"""Sources of the damping that meets the target, against dense matrices."""

from __future__ import annotations

import numpy as np
import pytest
from buried_bodies import survey_of

from geoinv.equivalent_sources import krylov_space
from geoinv.equivalent_sources.krylov_space import fitted_to_target
from geoinv.equivalent_sources.layer import layer_below
from geoinv.equivalent_sources.operator import SourceStrengths, layer_field


def problem(depth=170.0, side=10):
    survey = survey_of(side=side)
    layer = layer_below(survey, depth)
    return SourceStrengths(layer, layer_field(layer, survey, 1, engine="dense")), survey


def test_they_are_those_of_the_dense_matrix_and_its_own_damping():
    A, survey = problem()
    found = fitted_to_target(A, survey.data, survey.uncertainty)
    weights = 1.0 / survey.uncertainty.ravel()
    constant = weights / np.linalg.norm(weights)
    matrix = weights[:, None] * A.to_dense()
    matrix -= np.outer(constant, constant @ matrix)
    data = weights * survey.data.ravel()
    data -= constant * (constant @ data)

    def solution(damping):
        return matrix.T @ np.linalg.solve(matrix @ matrix.T + damping * np.eye(data.size), data)

    low, high = 1e-6, 1e12
    for _ in range(100):
        middle = np.sqrt(low * high)
        fits = np.sum((data - matrix @ solution(middle)) ** 2) < data.size
        low, high = (middle, high) if fits else (low, middle)
    expected = solution(low)
    assert np.linalg.norm(found.ravel() - expected) < 0.01 * np.linalg.norm(expected)
    assert np.mean((data - matrix @ found.ravel()) ** 2) == pytest.approx(1.0, abs=0.01)


def test_data_that_a_constant_fits_need_none():
    A, survey = problem()
    noise = np.random.default_rng(0).standard_normal(survey.data.shape)
    assert fitted_to_target(A, 300.0 + 0.5 * survey.uncertainty * noise, survey.uncertainty) is None


def test_data_that_no_sources_fit_have_none():
    A, survey = problem(depth=900.0)
    noise = np.random.default_rng(0).standard_normal(survey.data.shape)
    assert fitted_to_target(A, survey.data + 100.0 * survey.uncertainty * noise, survey.uncertainty) is None


def test_a_space_that_ends_early_gives_the_nearest_it_has(monkeypatch):
    A, survey = problem()
    whole = fitted_to_target(A, survey.data, survey.uncertainty)
    monkeypatch.setattr(krylov_space, "STEPS", 20)
    near = fitted_to_target(A, survey.data, survey.uncertainty)
    assert 0.0 < np.linalg.norm(near - whole) < 0.2 * np.linalg.norm(whole)
