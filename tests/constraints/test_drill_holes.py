"""Collars, surveys and intervals together: what cannot be is rejected with its line."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from bodies import COLLARS, INTERVALS, SURVEYS, written_tables

import geoinv
from geoinv.constraints.drill_holes import read_holes, read_intervals
from geoinv.formats import collected


def read(folder, quantity="susceptibility", dip="auto", **tables):
    collars, surveys, intervals = written_tables(folder, **tables)
    with collected() as notes:
        holes = read_holes(collars, surveys, dip)
        return holes, read_intervals(intervals, holes, collars, quantity), notes


def test_a_hole_and_its_intervals(tmp_path):
    holes, intervals, notes = read(tmp_path)
    npt.assert_allclose(holes["a"].path.at(np.array([0.0]))[0], [130.0, 110.0, 0.0])
    assert holes["a"].path.at(np.array([110.0]))[0, 2] == pytest.approx(-110.0, abs=0.3)
    assert intervals["a"].values.tolist() == [0.0, 0.05, 0.0]
    assert ("", "dips taken as negative down, the only sign they have") in notes.taken
    assert ("", "values in SI, as no unit is stated") in notes.taken


def test_dips_of_either_sign_point_down_and_both_only_if_it_is_said(tmp_path):
    down = SURVEYS.replace("-90", "90").replace("-85", "85")
    up, positive = (read(tmp_path, surveys=text)[0]["a"].path.at(np.array([110.0])) for text in (SURVEYS, down))
    npt.assert_allclose(up, positive)
    mixed = SURVEYS.replace("-90", "90")
    with pytest.raises(geoinv.InputError, match=r"expects dips of one sign, got 1 positive and 1 negative.*dip='down'"):
        read(tmp_path, surveys=mixed)
    turned = read(tmp_path, dip="up", surveys=mixed)[0]["a"].path
    assert turned.directions[0, 2] == pytest.approx(1.0)


def test_rows_may_stand_in_any_order_and_the_first_survey_below_the_collar(tmp_path):
    rows = SURVEYS.splitlines()
    holes, _, _ = read(tmp_path, surveys="\n".join([rows[0], rows[2], "a,30,0,-90"]))
    assert holes["a"].path.depths.tolist() == [0.0, 30.0, 100.0]


@pytest.mark.parametrize(
    ("table", "old", "new", "sentence"),
    [
        (
            "collars",
            "A,130,110,0,110\n",
            "A,130,110,0,110\na,1,1,1,1\n",
            "expects each hole once on line 3, got 'a,1,1,1,1'",
        ),
        (
            "collars",
            "0,110\n",
            "0,0\n",
            "expects a length of the hole in metres, above zero and up to 20000 on line 2, got 'A,130,110,0,0'",
        ),
        (
            "collars",
            "0,110\n",
            "0,110\nB,100,100,0,50\n",
            "expects a survey of each hole of .*collars.csv, got none of 'B'",
        ),
        ("surveys", "A,100", "B,100", "expects a hole that .*collars.csv has on line 3, got 'B,100,10,-85'"),
        ("surveys", "10,-85", "370,-85", "expects an azimuth from 0 to 360 degrees on line 3, got 'A,100,370,-85'"),
        ("surveys", "10,-85", "10,-95", "expects a dip from -90 to 90 degrees on line 3"),
        ("surveys", "A,100", "A,0", "expects one survey at each depth of a hole on line 3"),
        ("surveys", "A,100", "A,-1", "expects a depth of zero or more on line 3"),
        ("surveys", "A,100", "A,120", "expects a depth above the end of its hole on line 3"),
        (
            "intervals",
            "A,80,110",
            "A,80,111",
            "interval above the end of hole A at 110 m .* on line 4, got 'A,80,111,0,0.002'",
        ),
        (
            "intervals",
            "A,80,110",
            "A,70,110",
            "intervals of hole A that do not overlap on line 4, got 'A,70,110,0,0.002'",
        ),
        ("intervals", "A,80,110", "C,80,110", "expects a hole that .*collars.csv has on line 4"),
        ("intervals", "A,80,110", "A,80,80", "expects an interval from a depth down to a deeper one on line 4"),
        ("intervals", "0.05,0.005", "0.05,-0.005", "expects an uncertainty above zero on line 3"),
        ("intervals", "0.05,", "50,", r"expects a susceptibility in SI on line 3.*\(1e-3 SI\)"),
        ("intervals", "0.05,", "-5,", "expects a susceptibility in SI between -1 and 1e"),
        ("intervals", "0.05,", "inf,", "expects a susceptibility in SI between -1 and 1e"),
    ],
)
def test_the_line_that_cannot_be_is_quoted(tmp_path, table, old, new, sentence):
    text = {"collars": COLLARS, "surveys": SURVEYS, "intervals": INTERVALS}[table]
    assert old in text
    with pytest.raises(geoinv.InputError, match=sentence):
        read(tmp_path, **{table: text.replace(old, new)})


def test_densities_without_a_unit_in_grams_are_rejected(tmp_path):
    text = INTERVALS.replace("susceptibility", "sg")
    with pytest.raises(geoinv.InputError, match=r"expects densities in kg/m3, got none beyond 0.05 and no unit"):
        read(tmp_path, "density", intervals=text)
    assert read(tmp_path, "density", intervals=text.replace("sg", "sg (g/cc)"))[1]["a"].values[1] == pytest.approx(50.0)


def test_intervals_without_a_value_are_left_out_and_counted(tmp_path):
    text = INTERVALS.replace("A,0,40,0,", "A,0,40,-999,")
    _, intervals, notes = read(tmp_path, intervals=text)
    assert intervals["a"].begin.tolist() == [40.0, 80.0]
    assert notes.doubts[0].endswith("1 of 3 intervals without a value are left out")
    with pytest.raises(geoinv.InputError, match=r"expects values, got none in 3 rows"):
        read(tmp_path, intervals=INTERVALS.replace(",0,0.002", ",,0.002").replace("0.05", ""))
