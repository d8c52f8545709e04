"""Where sections are cut: as asked, and else through the body, not through the padding."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from matplotlib.collections import QuadMesh
from view_subjects import ball, mapped, padded_grid, solution, titles

from geoinv import InputError
from geoinv.view import figure, view
from geoinv.view.sections import Request, ends_of, request_of
from geoinv.view.slices import cut_of
from geoinv.view.subject import subject_of
from geoinv.view.window import window_of


def with_lines():
    data = solution()
    return data.assign_coords(station_line=("station", np.repeat(np.arange(12.0) * 10.0, 12)))


def test_places_are_read():
    assert request_of("east=1,north=-2.5,elevation=3e2") == Request(1.0, -2.5, None, 300.0)
    assert request_of("line=1:2,3:4,easting=7") == Request(7.0, line=("1:2", "3:4"))
    assert request_of(None) == Request()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "places in metres, got ''"),
        ("east", "places in metres, got 'east'"),
        ("east=x", "places in metres, got 'east=x'"),
        ("east=nan", "places in metres"),
        ("west=3", "places in metres, got 'west=3'"),
        ("east=1,east=2", "each place once, got east twice"),
        ("depth=1,elevation=2", "a depth or an elevation, got both"),
        ("line=1:2,3:4,5:6", "two ends of a line"),
        ("line=", "two ends of a line"),
        ("east=9e9", "a place in the mesh, easting 460000 to 461700 m, got 9000000000 m"),
        ("line=1:2,3:x", "a line between two points E:N"),
        ("line=1:2,1:2", "a line between two points E:N"),
        ("line=L77", r"two ends E1:N1,E2:N2 or a survey line \(0, 10, 100, 110, 20\), got 'L77'"),
        ("line=1:2,3:4", "a line over the mesh, got one beside it"),
    ],
)
def test_what_is_no_place_is_refused_in_a_sentence(text, words, tmp_path):
    with pytest.raises(InputError, match=f"section expects {words}"):
        view(with_lines(), tmp_path / "a.png", section=text)
    assert not list(tmp_path.iterdir())


def test_data_alone_cannot_be_cut(tmp_path):
    with pytest.raises(InputError, match="section expects a model to cut, got data alone"):
        view(solution().drop_vars("susceptibility"), tmp_path / "a.png", section="east=1")


def test_slices_go_where_they_are_asked_for():
    data = with_lines()
    drawn = figure(data, scene=False, section="east=460575,north=7132625,depth=100,line=50")
    level, section, other = (mapped(ax, QuadMesh) for ax in drawn.axes[3:6])
    values = np.where(padded_grid().active, data["susceptibility"].values, np.nan)
    # half of the highest level is air: the median of the ground is 80 or 120 m, and the cells are 40 m high
    assert any(np.array_equal(np.ma.filled(level.get_array(), np.nan), values[k], equal_nan=True) for k in (4, 5))
    npt.assert_array_equal(np.ma.filled(section.get_array(), np.nan), values[:, 3])
    npt.assert_array_equal(np.ma.filled(other.get_array(), np.nan), values[:, :, 2])
    assert "section from A (460" in titles(drawn)[-1].replace("\N{THIN SPACE}", "")


def test_the_ends_of_a_survey_line_are_its_stations():
    subject = subject_of(with_lines())
    npt.assert_allclose(ends_of(request_of("line=110"), subject), [(460_560.0, 7_133_140.0), (461_140.0, 7_133_140.0)])


def test_the_body_is_cut_not_a_stronger_corner_of_the_padding():
    data, grid = solution(), padded_grid()
    data["susceptibility"].values[:, 0, 0] = 0.4
    data["susceptibility"].values[:, -2:, -2:] = 0.4
    subject = subject_of(data)
    cut = cut_of(subject.model, window_of(subject), subject.stations)
    assert abs(grid.easting[cut.easting] - 460_800.0) < 60.0
    assert abs(grid.northing[cut.northing] - 7_132_950.0) < 60.0


def test_padding_is_drawn_where_it_is_asked_for():
    grid = padded_grid()
    data = grid.to_xarray(susceptibility=ball(grid))
    drawn = figure(data, scene=False, padding=True)
    assert drawn.axes[0].get_xlim() == (grid.easting_edges[0], grid.easting_edges[-1])
    assert drawn.axes[1].get_ylim() == (grid.upward_edges[0], grid.upward_edges[-1])
