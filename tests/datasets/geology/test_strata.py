"""Beds: their thickness, and what a fold does to them."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.datasets.geology.events import Body, Movement
from geoinv.datasets.geology.strata import GENTLE, beds, fold, folded_strata, strata, thin_folded_sheets


@pytest.mark.parametrize("thinnest", [0.3, 1.5])
def test_a_bed_is_as_thick_as_it_was_drawn_even_below_a_cell(space, thinnest):
    for seed in range(10):
        (bed,) = beds(np.random.default_rng(seed), space, count=1, thinnest=thinnest, thickest=thinnest)
        share = bed.share(space.points())
        # columns in which the bed does not leave the grid, through the layers next to its top and bottom either
        whole = ~share[[0, 1, -2, -1]].any(axis=0) & share.any(axis=0)
        found = share.sum(axis=0)[whole].mean()
        # a plane bed is thicker along upward, by the cosine of its dip
        assert 0.98 * thinnest <= found <= 1.02 * thinnest / np.cos(GENTLE)


def test_beds_do_not_overlap(space):
    points = space.points()
    for seed in range(20):
        bodies = beds(np.random.default_rng(seed), space, count=3, thinnest=1.5, thickest=4.0)
        assert sum(body.share(points) for body in bodies).max() <= 1.0 + 1e-12


def test_a_fold_moves_rock_up_and_down_alone_with_the_mean_of_no_shift_over_whole_waves(space):
    movement = fold(np.random.default_rng(2), space, wavelength=(0.5, 0.5), amplitude=(0.1, 0.1))
    points = space.points()
    shift = points - movement.restored(points)
    npt.assert_array_equal(shift[:2], 0.0)
    npt.assert_allclose(np.ptp(shift[2], axis=0), 0.0, atol=1e-9)
    assert np.abs(shift[2]).max() == pytest.approx(0.1 * space.depth, rel=0.05)


@pytest.mark.parametrize("kind", [folded_strata, thin_folded_sheets])
def test_what_is_folded_ends_with_a_fold(space, kind):
    events = kind(np.random.default_rng(0), space)
    assert isinstance(events[-1], Movement)
    assert all(isinstance(event, Body) for event in events[:-1])


def test_sheets_are_thinner_than_a_cell_and_strata_are_not(space):
    for seed in range(20):
        for body in thin_folded_sheets(np.random.default_rng(seed), space)[:-1]:
            assert body.share(space.points()).max() <= 0.8 + 1e-9
    assert max(strata(np.random.default_rng(0), space)[0].share(space.points()).ravel()) == 1.0
