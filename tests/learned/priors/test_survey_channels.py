"""Channels of a model and its survey: without units, and what their names say."""

from __future__ import annotations

import numpy as np

from geoinv.learned.priors.survey_channels import CHANNELS, amplitude, survey_channels


def _channels(model: np.ndarray, active: np.ndarray, scale: float = 1.0) -> dict[str, np.ndarray]:
    weights = np.where(active, np.linspace(1.0, 4.0, model.size).reshape(model.shape), 0.0)
    found = survey_channels(scale * model, active, 7.0 * weights, (10.0, 20.0, 20.0), (0.0, 0.6, -0.8), 0.5)
    return dict(zip(CHANNELS, found, strict=True))


def test_twice_the_model_looks_the_same() -> None:
    model, active = np.random.default_rng(0).random((4, 3, 2)), np.ones((4, 3, 2), bool)
    once, twice = _channels(model, active), _channels(model, active, 1e-6)
    assert all(np.allclose(once[name], twice[name], rtol=1e-6) for name in CHANNELS)


def test_depth_counts_from_the_ground_in_cell_widths() -> None:
    active = np.ones((4, 1, 2), bool)
    active[3, 0, 1] = False
    depth = _channels(np.ones(active.shape), active)["depth"] * 8.0
    assert np.allclose(depth[:, 0, 0], [1.75, 1.25, 0.75, 0.25])
    assert np.allclose(depth[:, 0, 1], [1.25, 0.75, 0.25, 0.0])


def test_sensitivity_is_relative_to_the_best_seen_rock() -> None:
    active = np.ones((4, 1, 2), bool)
    active[3, 0, 1] = False  # the largest weight would have been there
    seen = _channels(np.ones(active.shape), active)["sensitivity"]
    assert seen[active].max() == 0.0
    assert seen[active].min() < 0.0
    assert seen[3, 0, 1] == 0.0


def test_a_model_of_zero_has_channels() -> None:
    model = np.zeros((4, 2, 2))
    assert amplitude(model) == 0.0
    assert all(np.isfinite(values).all() for values in _channels(model, np.ones(model.shape, bool)).values())
