"""Mean and spread over seeds."""

from __future__ import annotations

import statistics

import pytest

from geoinv.experiments.shared.seeds import over_seeds


def test_mean_and_spread_are_those_of_the_standard_library():
    values = [0.3, 0.7, 0.4, 1.1]
    found = over_seeds(values)
    assert found["value"] == pytest.approx(statistics.mean(values))
    assert found["spread"] == pytest.approx(statistics.stdev(values))


def test_one_seed_has_no_spread():
    assert over_seeds([2.0]) == {"value": 2.0, "spread": None}
