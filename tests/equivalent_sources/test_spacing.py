"""Distances between stations."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv import InputError, Survey
from geoinv.equivalent_sources.spacing import spacing_of


def test_gaps_are_those_between_lines_or_of_a_grid():
    x, y = (part.ravel() for part in np.meshgrid(np.arange(0.0, 2000.0, 10.0), np.arange(0.0, 2001.0, 200.0)))
    along_lines = spacing_of(Survey(x + 5e5, y + 6e6, 0.0 * x, components=("gz",)))
    assert along_lines.gap == pytest.approx(200.0, rel=0.05)
    x, y = (part.ravel() for part in np.meshgrid(np.arange(30.0), np.arange(30.0)))
    square = spacing_of(Survey(50.0 * x, 50.0 * y, 0.0 * x, components=("gz",)))
    assert square.station == pytest.approx(50.0, rel=0.05)
    assert square.gap == pytest.approx(
        1.53 * 50.0, rel=0.05
    )  # the mean distance to a corner of a square is 0.383 sides


def test_stations_counted_twice_do_not_stand_closer():
    x, y = (part.ravel() for part in np.meshgrid(50.0 * np.arange(10.0), 50.0 * np.arange(10.0)))
    once = Survey(x, y, 0.0 * x, components=("gz",))
    twice = Survey(*(np.tile(part, 2) for part in (x, y, 0.0 * x)), components=("gz",))
    assert spacing_of(twice).station == spacing_of(once).station


@pytest.mark.parametrize("count", [1, 2, 50])
def test_no_area_is_said(count):
    x = np.linspace(0.0, 100.0, count)
    with pytest.raises(InputError, match="over an area"):
        spacing_of(Survey(x + 4e5, 3.0 * x + 6e6, 0.0 * x, components=("gz",)))
