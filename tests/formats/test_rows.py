"""The rows of a table: missing values, quotation marks, and content that is made to hurt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError, MainField
from geoinv.cli import main
from geoinv.core.checks import InputWarning
from geoinv.formats import read_survey, read_topography
from geoinv.formats.foreign import foreign_content

FIELD = MainField(65.0, 25.0, 50000.0)


def file_of(folder: Path, content: str | bytes) -> Path:
    path = folder / "a.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


NULLS = [
    *("*", "-", "", "N/A", "nan", "NaN", "null", "#N/A", "--", "none"),
    *("-1.0E+32", "1e32", "-1.00000003e32", "1.70141e38", "-3.4e38", "-3.40282347e+38", "9.97e36", "9.96921e+36"),
    *("-32768", "-999", "-9999", "-9999.99", "-99999", "-99999.999", "-999999.0", "99999.99", "-999.25"),
]


@pytest.mark.parametrize("null", NULLS)
@pytest.mark.parametrize("column", range(4))
def test_a_null_in_any_column_leaves_its_row_out(tmp_path: Path, null: str, column: int) -> None:
    good = [[1.5, 2, 3, 4.25], [2.5, 3, 4, 5.25], [3.5, 4, 5, 6.25]]
    bad = ["1", "2", "3", "4"]
    bad[column] = null
    lines = [",".join(map(str, row)) for row in good]
    # twice: a number such as -999.25 that comes once may be a number
    text = "x,y,z,tmi\n" + "\n".join([lines[0], ",".join(bad), lines[1], ",".join(bad), lines[2]]) + "\n"
    name = ("x", "y", "z", "tmi")[column]
    with pytest.warns(InputWarning, match=rf"2 of 5 rows with a null value are left out \(2 in {name}\)"):
        survey = read_survey(file_of(tmp_path, text), field=FIELD)
    npt.assert_array_equal(np.column_stack([survey.easting, survey.northing, survey.upward, survey.data[0]]), good)
    assert survey.attributes["dropped_rows"] == 2


@pytest.mark.parametrize("void", ["-32768", "-99999", "1.70141e38", "nan", "*", "-9999"])
@pytest.mark.parametrize("count", ["", "5\n"])
def test_voids_of_topography_are_left_out(tmp_path: Path, void: str, count: str) -> None:
    points = f"{count}0 0 1000\n50 0 1001\n50 50 {void}\n100 0 1002\n0 100 1003\n"
    with pytest.warns(InputWarning, match=r"1 of 5 rows with a null value are left out \(1 in column 3\)"):
        read = read_topography(file_of(tmp_path, points))
    npt.assert_array_equal(read, [[0, 0, 1000], [50, 0, 1001], [100, 0, 1002], [0, 100, 1003]])


def test_a_number_of_nines_among_its_like_is_kept_and_told(tmp_path: Path) -> None:
    path = file_of(tmp_path, "x,y,z,tmi\n1,2,3,-1500.5\n2,3,4,-999\n3,4,5,1200\n4,5,6,10\n")
    with pytest.warns(InputWarning, match="1 rows with -999 in tmi are kept"):
        npt.assert_array_equal(read_survey(path, field=FIELD).data, [[-1500.5, -999, 1200, 10]])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            'x,y,z,tmi,note\n0,0,9,1,a\n1,0,9,2,"b\n2,0,9,3,c\n3,0,9,4,d"\n',
            "line 3: expected quotation marks that are clo",
        ),
        (
            'x,y,z,tmi,note\n0,0,9,1,a\n1,0,9,2,"14 inch\n2,0,9,3,c\n',
            "line 3: expected quotation marks that are closed",
        ),
        (
            'x,y,z,tmi,note,k\n1,2,3,4,a"b,"c\n2,3,4,5,6,7\n4,4,4,4,d",e\n',
            "line 2: expected quotation marks that are c",
        ),
        ('x,y,z,tmi,note\n0,0,9,1,"' + 140_000 * "x" + '"\n', "line 2: .* at most 131072 characters, got a longer one"),
        ("x,y,z,tmi\n1,2,3,4\nLINES OF TEXT\n", "4 columns .* on line 3, got 1 in 'LINES OF TEXT'"),
        ("x,y,z,tmi\n1,2,3,inf\n", "finite numbers on line 2, got inf"),
        ("x,y,z,tmi\n1,2,3,1e400\n", "finite numbers on line 2, got inf"),
        ("x,y,z,tmi\n1,2,3,1e300\n1,2,3,5\n", r"tmi of at most 1e\+12 .*on line 2, got 1e\+300"),
        ("x,y,z,tmi\n1,2,3,1_000\n", "a number in column 'tmi' on line 2, got '1_000'"),
        ("9" * 5000 + " 2 3 4\n1 2 3 4\n", "finite numbers on line 1, got inf"),
        ("1 2 3 4\n" + "1 " * 300_000 + "\n", "4 columns on line 2, got 300000 in '1 1 1 "),
        ("1 " * 300_000, "at most 10000 columns on line 1, got 300000 columns"),
        ("x,y,z,tmi\n1,2,3,4\n" + "z" * 1_000_000, "4 columns .* on line 3, got 1 in 'zzzz"),
        ("x y z " + "a (b " * 20_000 + "\n1 2 3 4\n2 3 4 5\n", "lines of at most 50000 characters above its rows"),
        ("x,y,z,tmi\nL10\nL20\n", "rows of at least three numbers under the names after line 3"),
        (b"x,y,z,tmi\n1,2,3,4\x00\n", "expects text, got binary content"),
        ("x,y,z,tmi\n1,2,3,4\n".encode("utf-16-le"), "got UTF-16 without its mark; save it as UTF-8"),
        (b"BZh91AY&SY", "whole bzip2 file, got a broken one"),
        (b"\xfd7zXZ\x00", "whole xz file, got a broken one"),
        (b"\x28\xb5\x2f\xfdxx", "got a Zstandard archive; unpack it first"),
        (b"PK\x03\x04\x14\x00[Content_Types].xml xl/", "whole zip file, got a broken one"),
        (b"<!DOCTYPE html>\n<html>", "got an HTML page; download the file itself"),
    ],
)
def test_rows_that_cannot_be_read_are_quoted(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        read_survey(file_of(tmp_path, content), field=FIELD)
    assert len(str(caught.value)) < 600


def test_marks_that_belong_to_a_text_lose_no_row(tmp_path: Path) -> None:
    text = 'x,y,z,tmi,note\n1,2,3,4,14" pipe\n2,3,"4",5,"a ""b"", c"\n3,4,5,6,""\n'
    npt.assert_array_equal(read_survey(file_of(tmp_path, text), field=FIELD).data, [[4, 5, 6]])


@pytest.mark.parametrize("count", ["", "2\n"])
def test_ground_as_high_as_no_ground_is_refused(tmp_path: Path, count: str) -> None:
    with pytest.raises(InputError, match=r"of at most 1e\+12 m on line \d, got 1e\+25"):
        read_topography(file_of(tmp_path, f"{count}0 0 5\n1 1 1e25\n"))


@pytest.mark.parametrize("count", ["9" * 5000, "9" * 25, "2000000000", "0", "1"])
def test_a_count_that_is_not_that_of_the_points_is_refused(tmp_path: Path, count: str) -> None:
    with pytest.raises(InputError, match=r"the number of points that follow \(2\) on line 1, got '"):
        read_topography(file_of(tmp_path, f"{count}\n1 2 3\n4 5 6\n"))


def test_a_count_may_have_a_decimal_point(tmp_path: Path) -> None:
    npt.assert_array_equal(read_topography(file_of(tmp_path, "2.\n1 2 3\n4 5 6\n")), [[1, 2, 3], [4, 5, 6]])


def test_flight_lines_of_an_xyz_file_are_no_rows(tmp_path: Path) -> None:
    text = "/ x y z tmi\nLine 1010\n1 2 3 4\nL1020\n2 3 4 5\nTie T7:2\n3 4 5 6\n"
    npt.assert_array_equal(read_survey(file_of(tmp_path, text), field=FIELD).data, [[4, 5, 6]])
    table = "line,x,y,z,tmi\nLine 10,1,2,3,4\nLine 20,2,3,4,5\n"
    npt.assert_array_equal(read_survey(file_of(tmp_path, table), field=FIELD).data, [[4, 5]])


def test_nulls_in_one_row_of_many_do_not_disturb_the_others(tmp_path: Path) -> None:
    values = np.random.default_rng(2).normal(size=(45_000, 4)).round(3)
    rows = [",".join(map(str, row)) for row in values.tolist()]
    rows[30_000] = "1,2,3,*"
    with pytest.warns(InputWarning, match="1 of 45000 rows"):
        survey = read_survey(file_of(tmp_path, "x,y,z,tmi\n" + "\n".join(rows)), field=FIELD)
    npt.assert_array_equal(survey.data[0], np.delete(values[:, 3], 30_000))


def test_foreign_content_is_told_by_its_first_bytes() -> None:
    assert foreign_content(b"x,y,z\n1,2,3\n") is None
    assert foreign_content(b"\x00" * 257 + b"ustar") == (
        "a tar archive",
        "unpack it first (.gz, .xz, .bz2 and .zip are read as they are)",
    )


def test_info_and_view_take_a_choice_of_columns(small_survey: Path, capsys) -> None:
    Path("two.csv").write_text("x,y,z,TMI,RMF\n0,0,9,57000,4\n1,0,9,57001,5\n0,1,9,57002,7\n")
    assert main(["info", "two.csv"]) == 0
    assert (
        "expects one column of tmi, got TMI and RMF; say which it is with --columns tmi=RMF" in capsys.readouterr().out
    )
    assert main(["info", "two.csv", "--columns", "tmi=RMF"]) == 0
    told = capsys.readouterr().out
    assert "tmi 4 to 7" in told
    assert "columns: easting = x, northing = y, upward = z, tmi = RMF" in told
    assert main(["view", "two.csv", "--out", "two.png"]) == 1
    assert "--columns tmi=RMF" in capsys.readouterr().err
    assert main(["view", "two.csv", "--columns", "tmi=RMF", "--out", "two.png"]) == 0
    assert Path("two.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("read", "head"),
    [
        (read_topography, ""),
        (read_topography, "2\n"),
        (lambda path: read_survey(path, field=FIELD), "65 25 50000\n65 25 1\n2\n"),
    ],
)
def test_degrees_are_refused_in_files_without_names_too(tmp_path: Path, read, head: str) -> None:
    with pytest.raises(InputError, match=r"metres, got 147\.43, -34\.33 with stations 0\.001 apart, as longitudes"):
        read(file_of(tmp_path, f"{head}147.43 -34.33 300\n147.431 -34.33 301\n"))
