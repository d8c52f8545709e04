"""The random field: its mean, its variance, its wavelengths, and the patches of it."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.datasets.geology.random_field import field_at, gaussian_field, random_field


def test_the_field_has_mean_zero_and_variance_one():
    points = np.random.default_rng(0).uniform(0.0, 1e4, (3, 500))
    values = np.array([field_at(gaussian_field(np.random.default_rng(s), 50.0, 200.0, 2.0), points) for s in range(40)])
    assert values.mean() == pytest.approx(0.0, abs=0.03)
    assert values.var() == pytest.approx(1.0, abs=0.05)
    # near normal: 4.6 % lie beyond two standard deviations
    assert np.mean(np.abs(values) > 2.0) == pytest.approx(0.0455, abs=0.01)


def test_wavelengths_lie_within_the_limits_and_are_shorter_upward():
    vectors, _ = gaussian_field(np.random.default_rng(1), 50.0, 200.0, 2.0)
    lengths = 2.0 * np.pi / np.linalg.norm(vectors / [1.0, 1.0, 2.0], axis=1)
    assert lengths.min() >= 50.0
    assert lengths.max() <= 200.0


def test_patches_are_as_rare_as_a_normal_distribution_says(space):
    shares = [np.mean(random_field(np.random.default_rng(s), space)[0].share(space.points()) > 0.0) for s in range(12)]
    # the threshold is 0.8 to 1.6 standard deviations: 21 to 5 % of the rock
    assert 0.05 < np.mean(shares) < 0.21
