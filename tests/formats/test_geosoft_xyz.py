"""Geosoft XYZ: lines, flights, dates and dummies, read, written and read again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from table_files import FIELD

from geoinv import Survey
from geoinv.formats import convert, describe, read_survey, read_topography, recognise, write_survey

EXPORT = """\
/ ------------------------------------------------------------
/ XYZ EXPORT [11/27/2020]
/ DATABASE   [.\\survey.gdb]
/ ------------------------------------------------------------
/
/      X          Y     ALT    FID     MAG   RESMAG
/======== ========= ======= ====== ======= ========
/
//Flight 12
//Date 2020/11/03
LINE 1010
  500000.0 6200000.0  340.0  100.0  57000.0   12.5
  500010.0 6200000.0  341.0  101.0  *         13.5
  500020.0 6200000.0  342.0  102.0  57002.0   *
  500030.0 6200000.0  342.0  103.0  57002.0   -1e32
//Flight 13
//Date 2020/11/04
TIE 90
  500020.0 6200010.0  342.5  202.0  57003.0   14.25
  500020.0 6200020.0  342.5  203.0  57003.0   14.5
"""
CHOICE = {"tmi": "RESMAG"}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.xyz"
    path.write_text(EXPORT)
    return path


def test_lines_flights_and_dates_stand_above_their_rows(export: Path) -> None:
    assert recognise(export).name == "Geosoft XYZ"
    with pytest.warns(UserWarning, match="2 of 6 rows with a null value are left out"):
        survey = read_survey(export, field=FIELD, columns=CHOICE)
    npt.assert_array_equal(survey.data, [[12.5, 13.5, 14.25, 14.5]])
    npt.assert_array_equal(survey.upward, [340.0, 341.0, 342.5, 342.5])
    columns = {name: values.tolist() for name, values in survey.columns.items()}
    assert columns["line"] == ["LINE 1010", "LINE 1010", "TIE 90", "TIE 90"]
    assert columns["flight"] == [12, 12, 13, 13]
    assert columns["date"] == ["2020/11/03", "2020/11/03", "2020/11/04", "2020/11/04"]
    npt.assert_array_equal(survey.columns["MAG"], [57000.0, np.nan, 57003.0, 57003.0])


def test_what_is_written_is_a_block_a_line_and_comes_back(export: Path, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="left out"):
        survey = read_survey(export, field=FIELD, columns=CHOICE)
    write_survey(tmp_path / "out.xyz", survey)
    lines = (tmp_path / "out.xyz").read_text().splitlines()
    names = lines[0].removeprefix("/ ").split()
    blocks: dict[str, list[list[str]]] = {}
    for line in lines[2:]:  # read by hand: no other program reads this format here
        if line[0].isalpha():
            block = blocks.setdefault(line, [])
        else:
            block.append(line.split())
    assert list(blocks) == ["LINE 1010", "TIE 90"]
    rows = [dict(zip(names, row, strict=True)) for block in blocks.values() for row in block]
    assert [float(row["tmi"]) for row in rows] == survey.data[0].tolist()
    assert [row["MAG"] for row in rows] == ["57000.0", "*", "57003.0", "57003.0"]
    again = read_survey(tmp_path / "out.xyz", field=FIELD)
    npt.assert_array_equal(again.easting, survey.easting)
    npt.assert_array_equal(again.data, survey.data)
    assert set(again.columns) == set(survey.columns)
    for name, values in survey.columns.items():
        npt.assert_array_equal(again.columns[name], values)


@pytest.mark.parametrize(
    ("lines", "first"),
    [
        ([10, 10, 20], "LINE 10"),
        (["L10:2", "L10:2", "T90"], "LINE L10:2"),
        ([1010.5, 1010.5, 7.0], "LINE 1010.5"),
        (["north line", "north line", ""], "500000.0"),
    ],
)
def test_names_of_lines_come_back_as_they_were(lines: list[object], first: str, tmp_path: Path) -> None:
    places = (np.array([5e5, 5e5, 5e5]), np.array([6e6, 6e6, 6e6]), np.zeros(3))
    survey = Survey(*places, field=FIELD, data=[1.0, 2.0, 3.0], uncertainty=0.5, columns={"line": lines})
    write_survey(tmp_path / "a.xyz", survey)
    text = (tmp_path / "a.xyz").read_text()
    assert any(line.startswith(first) for line in text.splitlines())
    again = read_survey(tmp_path / "a.xyz", field=FIELD)
    assert again.columns["line"].tolist() == survey.columns["line"].tolist()
    npt.assert_array_equal(again.uncertainty, survey.uncertainty)


def test_it_is_described_converted_and_read_as_ground(export: Path, tmp_path: Path) -> None:
    told = describe(export, columns=CHOICE)
    assert "Geosoft XYZ" in told
    assert "6 rows" in told
    assert "field: none in a table" in told
    with pytest.warns(UserWarning, match="left out"):
        assert "4 stations" in convert(export, tmp_path / "a.nc", field=FIELD, columns=CHOICE)
    ground = tmp_path / "ground.xyz"
    ground.write_text("/ X Y DEM\nLINE 1\n0 0 5\n9 0 *\nLINE 2\n9 9 7\n")
    with pytest.warns(UserWarning, match="1 of 3 rows"):
        npt.assert_array_equal(read_topography(ground), [[0.0, 0.0, 5.0], [9.0, 9.0, 7.0]])


def test_heights_that_are_missing_are_said_to_be_needed(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text("/ X Y MAG\nLINE 1\n0 0 5\n9 0 6\n")
    assert "heights: none in the file; give height=..." in describe(tmp_path / "a.xyz")
    assert "none in the file" not in describe(tmp_path / "a.xyz", height=30.0)
