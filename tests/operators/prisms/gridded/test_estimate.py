"""Where the gridded engine applies, and what it would cost."""

from __future__ import annotations

import numpy as np
import pytest
from choice_cases import GRID, irregular, level, padded
from direct_sums import problem

from geoinv import Grid
from geoinv.operators.prisms.gridded.engine import Gridded
from geoinv.operators.prisms.gridded.estimate import gridded_estimate, offer
from geoinv.operators.prisms.gridded.layout import layout_of
from geoinv.operators.prisms.offer import Offer, Refusal

DEEP = Grid.regular((400, 16, 16), (10.0, 10.0, 10.0), (-4000.0, 0.0, 0.0))
REGULAR = problem(DEEP, level((3.0, 4.0), (10.0, 10.0), (24, 24)), None)


@pytest.mark.parametrize(
    ("p", "clause"),
    [
        (problem(padded(), level((3.0, 4.0), (10.0, 10.0), (4, 4)), None), "cells differ in width along northing"),
        (problem(GRID, irregular(upward=1.0), None), "stations differ in height"),
        (problem(GRID, irregular(easting=3.0), None), "stations are not spaced by whole cells along easting"),
    ],
)
def test_what_is_not_regular_is_refused_with_the_reason(p, clause):
    answer = offer(p, 1e10, 10)
    assert isinstance(answer, Refusal)
    assert clause in answer.clause


def test_kernels_are_kept_where_they_fit_and_made_anew_where_they_do_not():
    generous, tight = offer(REGULAR, 1e10, 1000), offer(REGULAR, 1e5, 1000)
    assert isinstance(generous, Offer)
    assert isinstance(tight, Offer)
    assert generous.settings["recompute"] is False
    assert tight.settings["recompute"] is True
    assert tight.estimate.memory < generous.estimate.memory
    assert tight.estimate.total > generous.estimate.total


def test_a_single_application_does_not_keep_kernels():
    answer = offer(REGULAR, 1e10, 1)
    assert isinstance(answer, Offer)
    assert answer.settings["recompute"] is True


def test_the_estimate_counts_the_spectra_that_the_engine_keeps():
    layout = layout_of(REGULAR)
    assert not isinstance(layout, str)
    estimate = gridded_estimate(REGULAR, layout, False, 10)
    engine = Gridded(REGULAR, False, layout)
    kept = sum(value.nbytes for value in vars(engine).values() if isinstance(value, np.ndarray))
    assert kept <= estimate.memory
    assert gridded_estimate(REGULAR, layout, False, 20).total > estimate.total
