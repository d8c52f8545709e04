"""Remanent bodies: strength and direction."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.datasets.geology.remanent import remanent_body


def test_ratios_lie_between_one_and_ten_and_directions_anywhere(space):
    vectors = np.array([remanent_body(np.random.default_rng(seed), space)[0].remanence for seed in range(1500)])
    ratios = np.linalg.norm(vectors, axis=1)
    assert 1.0 <= ratios.min() < ratios.max() <= 10.0
    assert np.mean(ratios < np.sqrt(10.0)) == pytest.approx(0.5, abs=0.05)
    assert np.abs((vectors / ratios[:, None]).mean(axis=0)).max() < 0.06
