"""The ellipses that dictionaries are compared on."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

from geoinv.experiments.ablations.dictionaries import ellipses


def test_sections_are_of_zeros_and_ones_with_bodies_of_the_size_that_is_drawn():
    sections = ellipses(400, (20, 30), np.random.default_rng(0))
    assert sections.dtype == np.float32
    assert set(np.unique(sections)) == {0.0, 1.0}
    assert sections.any(axis=(1, 2)).mean() > 0.99
    # one ellipse covers pi times the mean of both radii, (0.165)^2, of a section; of two on average, a little overlaps
    one = np.pi * 0.165**2
    assert one < sections.mean() < 2.0 * one
    assert sections[:, 10, 15].mean() > 3.0 * sections[:, 0, 0].mean()


def test_the_generator_alone_decides():
    first, again = (ellipses(3, (8, 8), np.random.default_rng(4)) for _ in range(2))
    npt.assert_array_equal(first, again)
    assert not np.array_equal(first, ellipses(3, (8, 8), np.random.default_rng(5)))
