from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from small_tables import FIELD, written

from geoinv import InputError, Survey
from geoinv.formats import read_survey, write_survey

TABLE = '''\
Line,Flt,Fid,Date,UTC,X,Y,Z (m),Radar (ft),DEM,mag,K,Remark,code,zeros
L10,1,100.5,2021/01/20,17:14:42,0,0,90,100,50,5,-9999.99,"ok, calm",7,007
L10,1,101.5,2021/01/20,17:14:43,10,0,91,200,*,6,2.5,,8,008
T900,2,102.5,2021/01/21,00:00:01,20,0,92,300,52,7,3.5,"a ""gust""",9,010
'''


def test_every_column_of_a_table_is_kept_by_what_it_is(tmp_path: Path) -> None:
    columns = read_survey(written(tmp_path, TABLE), field=FIELD).columns
    assert columns["line"].tolist() == ["L10", "L10", "T900"]
    assert columns["flight"].tolist() == [1, 1, 2]
    npt.assert_array_equal(columns["fiducial"], [100.5, 101.5, 102.5])
    assert columns["date"].tolist() == ["2021/01/20", "2021/01/20", "2021/01/21"]
    assert columns["time"].tolist() == ["17:14:42", "17:14:43", "00:00:01"]
    npt.assert_allclose(columns["radar_height"], [30.48, 60.96, 91.44], rtol=1e-15)
    npt.assert_array_equal(columns["ground"], [50.0, np.nan, 52.0])
    npt.assert_array_equal(columns["K"], [np.nan, 2.5, 3.5])
    assert columns["Remark"].tolist() == ["ok, calm", "", 'a "gust"']
    assert columns["code"].dtype == np.int64
    assert columns["zeros"].tolist() == ["007", "008", "010"]


@pytest.mark.parametrize("suffix", [".csv", ".xyz", ".nc"])
def test_columns_come_back_from_every_format_that_holds_them(tmp_path: Path, suffix: str) -> None:
    survey = read_survey(written(tmp_path, TABLE), field=FIELD).select([2, 0])
    write_survey(tmp_path / f"again{suffix}", survey)
    again = read_survey(tmp_path / f"again{suffix}", field=FIELD)
    assert list(again.columns) == list(survey.columns)
    for name, values in survey.columns.items():
        npt.assert_array_equal(again.columns[name], values)
        assert again.columns[name].dtype.kind == values.dtype.kind


@pytest.mark.parametrize("suffix", [".csv", ".xyz", ".nc"])
def test_columns_that_are_called_like_data_do_not_become_data(tmp_path: Path, suffix: str) -> None:
    text = "x,y,z,TMI,RMF,Alt\n0,0,9,54000,5,1\n1,0,9,54001,6,2\n"
    survey = read_survey(written(tmp_path, text), field=FIELD, columns={"tmi": "RMF", "upward": "z"})
    write_survey(tmp_path / f"again{suffix}", survey)
    again = read_survey(tmp_path / f"again{suffix}", field=FIELD)
    npt.assert_array_equal(again.data, [[5.0, 6.0]])
    npt.assert_array_equal(again.columns["TMI"], [54000, 54001])
    npt.assert_array_equal(again.columns["Alt"], [1, 2])


def test_lines_of_geosoft_markers_are_kept(tmp_path: Path) -> None:
    text = "/ x y z mag\nLINE 10\n0 0 9 5\n1 0 9 6\nLINE 20\n2 0 9 7\n"
    survey = read_survey(written(tmp_path, text), field=FIELD)
    assert survey.line is not None
    assert survey.line.tolist() == [10, 10, 20]
    ties = read_survey(written(tmp_path, text.replace("LINE 20", "TIE 10")), field=FIELD)
    assert ties.column("line").tolist() == ["LINE 10", "LINE 10", "TIE 10"]


def test_a_text_far_below_numbers_makes_a_column_of_texts(tmp_path: Path) -> None:
    rows = [f"{k},0,9,5,{k}" for k in range(2000)]
    rows[1001] = "1001,0,9,5,1001B"
    survey = read_survey(written(tmp_path, "x,y,z,mag,line\n" + "\n".join(rows) + "\n"), field=FIELD)
    assert survey.column("line")[1000:1003].tolist() == ["1000", "1001B", "1002"]


def test_rows_without_data_leave_the_columns_too(tmp_path: Path) -> None:
    text = "x,y,z,mag,line\n0,0,9,5,10\n1,0,9,*,20\n2,0,9,7,30\n"
    with pytest.warns(UserWarning, match="1 of 3 rows"):
        survey = read_survey(written(tmp_path, text), field=FIELD)
    assert survey.column("line").tolist() == [10, 30]


def test_a_table_without_other_columns_has_none(tmp_path: Path) -> None:
    assert read_survey(written(tmp_path, "x,y,z,mag\n0,0,9,5\n1,0,9,6\n"), field=FIELD).columns == {}
    survey = Survey([0.0], [0.0], [1.0], field=FIELD, data=[5.0])
    write_survey(tmp_path / "a.csv", survey)
    assert (tmp_path / "a.csv").read_text() == "easting,northing,upward,tmi\n0.0,0.0,1.0,5.0\n"


def test_the_user_says_which_column_is_the_line(tmp_path: Path) -> None:
    path = written(tmp_path, "x,y,z,mag,Line,nr,when\n0,0,9,5,1,70,20210120\n1,0,9,6,2,80,20210121\n")
    survey = read_survey(path, field=FIELD, columns={"line": "nr", "date": 7})
    assert survey.column("line").tolist() == [70, 80]
    assert survey.column("Line").tolist() == [1, 2]
    assert survey.column("date").tolist() == [20210120, 20210121]
    with pytest.raises(InputError, match="expects a column 'nr2' for line, got x, y, z"):
        read_survey(path, field=FIELD, columns={"line": "nr2"})


def test_the_user_says_which_column_is_the_ground(tmp_path: Path) -> None:
    path = written(tmp_path, "x,y,z,mag,a (ft)\n0,0,90,5,100\n1,0,90,6,200\n")
    survey = read_survey(path, field=FIELD, columns={"ground": "a (ft)"})
    npt.assert_allclose(survey.column("ground"), [30.48, 60.96])
