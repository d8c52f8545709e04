"""What is said of stations that a user should look at again, on a mesh of 10 x 10 columns."""

from __future__ import annotations

import numpy as np
import pytest
from inversions import FIELD

import geoinv
from geoinv.cli.support.stations import say_coverage, warn_of_stations
from geoinv.meshes.topography import Topography

MESH = geoinv.Grid.regular((3, 10, 10), (10.0, 10.0, 10.0), (-30.0, 0.0, 0.0))


def told(capsys, *heights: float, easting: float = 5.0) -> str:
    survey = geoinv.Survey(easting + 10.0 * np.arange(len(heights)), np.full(len(heights), 5.0), heights, field=FIELD)
    warn_of_stations(MESH, survey)
    return capsys.readouterr().err


def test_usual_stations_are_passed_over(capsys):
    assert told(capsys, 5.0, 6.0, 7.0, 30.0) == ""


@pytest.mark.parametrize(
    ("heights", "easting", "sentence"),
    [
        ((5.0, 5.0, 5.0), 85.0, "1 of 3 stations lies outside the mesh; their data are kept"),
        ((5.0, 5.0, 5.0), 200.0, "3 of 3 stations lie outside the mesh"),
        (
            (5.0, 5.0, 150.0),
            5.0,
            "station 2 (counted from 0) lies 150 m above the ground of the mesh, half of all within",
        ),
        ((300.0, 250.0, 260.0), 5.0, "half of all stations lie 260 m and more above the ground of the mesh"),
        ((5.0, -4.0, -7.0), 5.0, "2 of 3 stations lie below active cells, up to 7 m under the top of their column"),
    ],
)
def test_stations_that_stand_out_are_named(heights, easting, sentence, capsys):
    assert sentence in told(capsys, *heights, easting=easting)


def test_the_lowest_of_high_stations_is_named(capsys):
    assert "station 1 (counted from 0), which is the lowest above the ground with 250 m" in told(
        capsys, 300.0, 250.0, 260.0
    )


def test_many_stations_a_column_are_counted(capsys):
    place = np.full(12, 5.0)
    warn_of_stations(MESH, geoinv.Survey(place + np.linspace(0, 1, 12), place, place, field=FIELD))
    assert "12.0 stations share a column of cells on average" in capsys.readouterr().err


def square(low: float, high: float, elevation: float) -> Topography:
    """Points at the corners of a square and in its middle."""
    corners = [(e, n, elevation) for e in (low, high) for n in (low, high)]
    return Topography([*corners, (0.5 * (low + high), 0.5 * (low + high), elevation)])


def coverage(capsys, mesh: geoinv.Grid, ground: Topography, at: float = 5.0) -> tuple[str, str]:
    survey = geoinv.Survey([at], [at], [50.0], field=FIELD)
    say_coverage(mesh, survey, ground)
    return tuple(capsys.readouterr())


def test_topography_that_covers_the_mesh_is_passed_over(capsys):
    assert coverage(capsys, MESH, square(-10.0, 110.0, -1.0)) == ("", "")


def test_columns_and_stations_outside_the_topography_are_counted(capsys):
    # the square covers 5 x 5 of 10 x 10 columns
    said, warned = coverage(capsys, MESH, square(0.0, 50.0, -1.0))
    assert "75 % of the columns of the mesh lie outside the topography and take its nearest point" in said
    assert warned == ""
    _, warned = coverage(capsys, MESH, square(0.0, 50.0, -1.0), at=95.0)
    assert "75 % of the columns" in warned
    assert "and so do 1 of 1 stations; give topography that covers them" in warned
    said, _ = coverage(capsys, MESH, square(140.0, 170.0, -1.0), at=150.0)
    assert f"the nearest is {np.hypot(40.0, 40.0):.6g} m outside it" in said


def test_ground_above_and_below_the_mesh_is_warned_of(capsys):
    _, warned = coverage(capsys, MESH, square(-10.0, 110.0, 12.0))
    assert "the topography rises up to 12 m above the top of the mesh, in 100 % of its columns" in warned
    empty = MESH.with_active(np.arange(10) >= 3 * np.ones((3, 10, 1)))
    _, warned = coverage(capsys, empty, square(-10.0, 110.0, -1.0))
    assert "30 % of the columns of the mesh have no active cell" in warned
