"""Tables of drill holes: names of columns, units, and rows that are wrong."""

from __future__ import annotations

import numpy.testing as npt
import pytest

import geoinv
from geoinv.constraints.hole_tables import read_hole_table


def table(tmp_path, text, *required, **options):
    path = tmp_path / "t.csv"
    path.write_text(text)
    return read_hole_table(path, required, **options)


@pytest.mark.parametrize(
    "header",
    [
        "hole_id,easting,rl,depth",
        "BHID,East,Elev,EOH_Depth",
        "DHID;X;Z_collar;Total Depth (m)",
        "Hole ID\tE\tRL\tDepth [m]",
    ],
)
def test_columns_are_known_by_many_names(tmp_path, header):
    mark = next(mark for mark in ",;\t" if mark in header)
    read = table(tmp_path, f"{header}\n" + mark.join(["A1", "5", "6.5", "7"]), "easting", "upward", "depth")
    assert {name: column.tolist() for name, column in read.columns.items()} == {
        "easting": [5],
        "upward": [6.5],
        "depth": [7],
    }
    assert read.holes == ["A1"]


def test_units_are_converted(tmp_path):
    read = table(
        tmp_path, "hole,from_ft,to (ft),density (g/cm3)\nA,10,20,2.7\n", "from", "to", "value", quantity="density"
    )
    npt.assert_allclose([column[0] for column in read.columns.values()], [3.048, 6.096, 2700.0])
    assert not read.unstated
    read = table(tmp_path, "hole,from,magsus (1e-3 SI)\nA,0,5\n", "value", quantity="susceptibility")
    npt.assert_allclose(read.columns["value"], 0.005)


def test_rows_of_separators_alone_are_none(tmp_path):
    read = table(tmp_path, "hole,easting,depth\n,,\nA,1,2\n,,\n", "easting", "depth")
    assert (read.holes, read.rows.tolist()) == (["A"], [2])


def test_a_column_of_values_can_be_named(tmp_path):
    text = "hole,from,sus,KT20_mean\nA,0,1,0.002\n"
    assert table(tmp_path, text, "value", value="kt20_mean").columns["value"] == [0.002]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("easting,depth\n1,2\n", "line 1, got 'easting, depth'; name it so"),
        ("hole,depth\nA,2\n", "expects a column easting among the names on line 1"),
        ("hole,easting,x,depth\nA,1,2,3\n", "expects one column easting on line 1, got easting and x"),
        ("hole,easting,depth\nA,1\n", "expects 3 columns, as on line 1, on line 2, got 'A,1'"),
        ("hole,easting,depth\nA,1,deep\n", "expects a number as depth on line 2, got 'deep'"),
        ("hole,easting,depth\nA,1,\n", "expects a number as depth on line 2, got 'A,1,'"),
        ("hole,easting,depth\nA,inf,1\n", "expects a number as easting on line 2, got 'A,inf,1'"),
        ("hole,easting,depth\n,1,2\n", "expects the name of a hole on line 2"),
        ("hole,easting,depth\n", "expects rows under the names of the columns after line 1"),
        ("hole,easting,depth (nT)\nA,1,2\n", r"column 'depth \(nT\)': expected a unit of length"),
        ('hole,easting,depth\n"A,1,2\n', "quotation marks"),
    ],
)
def test_rows_that_are_wrong_are_named(tmp_path, text, sentence):
    with pytest.raises(geoinv.InputError, match=sentence):
        table(tmp_path, text, "easting", "depth")
