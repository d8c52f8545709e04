"""Equal areas: each colour has as many of the values as any other."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

from geoinv.view.stretch import equal_area, is_equal_area, is_skewed


def test_a_normal_distribution_is_not_skewed_and_its_exponential_is():
    values = np.random.default_rng(1).normal(size=2000)
    assert not is_skewed(values)
    assert is_skewed(np.exp(values))
    assert is_skewed(-np.exp(values))
    assert not is_skewed(np.full(2000, 3.0))
    assert not is_skewed(np.exp(values[:20]))


def test_colours_are_spread_evenly_and_come_back():
    values = np.exp(np.random.default_rng(1).normal(size=5000))
    scale = equal_area(np.r_[values, np.nan])
    assert is_equal_area(scale)
    counts, _ = np.histogram(scale(values), bins=10, range=(0.0, 1.0))
    npt.assert_allclose(counts, 500, atol=25)
    npt.assert_allclose(scale.inverse(scale(values)), values, rtol=1e-6)
    assert scale(np.ma.masked_invalid([np.nan, values.max()])).tolist() == [None, 1.0]


def test_many_equal_values_have_one_colour():
    scale = equal_area(np.r_[np.zeros(900), np.arange(1.0, 101.0)])
    assert np.all(np.diff(scale(np.array([0.0, 1.0, 50.0, 100.0]))) > 0.0)
