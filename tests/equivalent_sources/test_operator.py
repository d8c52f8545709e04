"""The map from correlated source strengths to data."""

from __future__ import annotations

import numpy as np
from buried_bodies import survey_of

from geoinv.equivalent_sources.layer import layer_below
from geoinv.equivalent_sources.operator import SourceStrengths, layer_field, on_grid


def test_the_adjoint_is_exact_and_the_strengths_are_those_of_the_physics():
    survey = survey_of(side=6)
    layer = layer_below(survey, 150.0)
    A = SourceStrengths(layer, layer_field(layer, survey, 10))
    assert A.dot_test() < 1e-6
    z = np.random.default_rng(0).standard_normal(A.domain_shape)
    model = on_grid(layer, A.strengths(z))
    assert not model[~layer.grid.active].any()
    np.testing.assert_allclose(A(z), layer_field(layer, survey, 1)(model), rtol=1e-4, atol=1e-4 * np.abs(A(z)).max())


def test_amplitudes_fall_with_the_wavenumber():
    survey = survey_of(side=6)
    layer = layer_below(survey, 150.0)
    A = SourceStrengths(layer, layer_field(layer, survey, 10))
    rows = (np.arange(A.domain_shape[0]) + 0.5) * np.pi / A.domain_shape[0]
    long, short = (np.cos(k * rows)[:, None] * np.ones(A.domain_shape[1]) for k in (4, 16))
    gain = [np.linalg.norm(A.strengths(wave)) / np.linalg.norm(wave) for wave in (long, short)]
    assert 3.0 < gain[0] / gain[1] < 4.0
