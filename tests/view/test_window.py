"""What part of the world is shown: round the stations, down to where data tell something."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

import geoinv
from geoinv import InputError
from geoinv.view.window import Window, window_of

PADDED = np.concatenate([[-900.0, -300.0], 100.0 * np.arange(11.0), [1300.0, 1900.0]])
GRID = geoinv.Grid(PADDED, PADDED, [-3000.0, -1000.0, -500.0, -200.0, 0.0])


def subject(stations=(), values=None, grid=GRID):
    values = np.zeros(grid.shape) if values is None else values
    places = np.array(stations, float).reshape(-1, 3).T
    return SimpleNamespace(stations=places, model=SimpleNamespace(grid=grid, values=values))


def test_without_stations_the_core_is_shown_without_its_padding():
    window = window_of(subject())
    assert window.easting == window.northing == (0.0, 1000.0)
    assert window.aspect == 1.0


def test_stations_have_a_margin_and_a_line_some_room_on_both_sides():
    window = window_of(subject([(0.0, 500.0, 5.0), (1000.0, 500.0, 5.0)]))
    assert window.easting == pytest.approx((-40.0, 1040.0))
    assert window.northing == pytest.approx((425.0, 575.0))


def test_air_above_and_depths_that_data_do_not_see_are_left_out():
    values = np.zeros(GRID.shape)
    values[-1] = np.nan
    low, high = window_of(subject(values=values)).upward
    assert low == pytest.approx(-800.0)  # 0.6 of 1000 m below the highest rock, at -200 m
    assert high == pytest.approx(-200.0 + 0.03 * 600.0)


def test_stations_beside_the_grid_are_rejected():
    with pytest.raises(InputError, match=r"stations above the grid, got easting .* against -900 to 1900 m; bring both"):
        window_of(subject([(5000.0, 0.0, 0.0), (6000.0, 0.0, 0.0)]))


def test_cells_are_those_that_reach_into_the_window():
    layers, rows, columns = Window((150.0, 300.0), (-350.0, 0.0), (-600.0, -200.0)).cells(GRID)
    assert GRID.easting_edges[columns.start] == 100.0
    assert GRID.easting_edges[columns.stop] == 300.0
    assert (GRID.northing_edges[rows.start], GRID.northing_edges[rows.stop]) == (-900.0, 0.0)
    assert (GRID.upward_edges[layers.start], GRID.upward_edges[layers.stop]) == (-1000.0, -200.0)


@pytest.mark.parametrize(
    ("easting", "label"),
    [
        ((0.0, 1000.0), "easting (m)"),
        ((0.0, 20_000.0), "easting (km)"),
        ((500_200.0, 501_200.0), "easting \N{MINUS SIGN} 500"),
    ],
)
def test_axes_are_labelled_in_numbers_that_a_reader_can_read(easting, label):
    axes = Figure().subplots()
    Window(easting, (0.0, 500.0), (-100.0, 0.0)).frame(axes, "easting", "upward")
    assert axes.get_xlabel().startswith(label)
    # one unit of length on a picture
    assert axes.get_ylabel() == f"elevation ({'km' if 'km' in label else 'm'})"
    assert axes.get_xlim() == easting
    longest = max(len(text.get_text()) for text in axes.get_xticklabels())
    assert longest <= 5
