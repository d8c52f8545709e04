"""Tables as surveys and as ground: which is which, and what is missing or doubtful."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from table_files import FIELD, file_of

from geoinv import InputError
from geoinv.formats.base import Head, SurveyOptions
from geoinv.formats.notes import collected
from geoinv.formats.table_format import POINTS, TABLE, read_table_survey, read_table_topography

MAGNETIC = SurveyOptions(field=FIELD)


def test_three_columns_without_names_are_points(tmp_path: Path) -> None:
    for text, points, table in (
        ("1 2 3\n4 5 6\n", True, True),
        ("x y z\n1 2 3\n", False, True),
        ("1 2 3 4\n", False, True),
    ):
        head = Head(file_of(tmp_path, text))
        assert (POINTS.recognises(head), TABLE.recognises(head)) == (points, table)


def test_a_survey_takes_components_and_their_uncertainties(tmp_path: Path) -> None:
    path = file_of(tmp_path, "easting,northing,upward,gz,gz_uncertainty\n0,1,2,3.5,0.25\n4,5,6,-7,0.5\n")
    survey = read_table_survey(path, SurveyOptions())
    assert survey.components == ("gz",)
    assert survey.field is None
    npt.assert_array_equal(survey.data, [[3.5, -7.0]])
    npt.assert_array_equal(survey.uncertainty, [[0.25, 0.5]])
    level = read_table_survey(path, SurveyOptions(height=9.0))
    npt.assert_array_equal(level.upward, [9.0, 9.0])


def test_magnetic_data_without_a_field_are_rejected(tmp_path: Path) -> None:
    path = file_of(tmp_path, "x,y,z,tmi\n0,1,2,3\n")
    with pytest.raises(InputError, match=r"got a table, which has none; give field=MainField\("):
        read_table_survey(path, SurveyOptions())
    assert read_table_survey(path, SurveyOptions(stand_in=FIELD)).field == FIELD


def test_an_uncertainty_for_some_of_the_components_is_rejected(tmp_path: Path) -> None:
    path = file_of(tmp_path, "x,y,z,tmi,bu,bu_uncertainty\n0,1,2,3,4,0.5\n")
    with pytest.raises(InputError, match=r"expects an uncertainty for each of tmi, bu, got 1"):
        read_table_survey(path, MAGNETIC)


@pytest.mark.parametrize(("upward", "doubted"), [(30.0, True), (130.0, False)])
def test_heights_that_lie_under_the_ground_of_the_same_table_are_doubted(
    upward: float, doubted: bool, tmp_path: Path
) -> None:
    path = file_of(tmp_path, f"x,y,z,dem,tmi\n0,1,{upward},100,3\n5,6,{upward},102,3\n9,9,{upward},104,3\n")
    with collected() as notes:
        read_table_survey(path, MAGNETIC)
    told = [text for text in notes.doubts if "lie under the ground that the table itself gives" in text]
    assert len(told) == doubted
    if doubted:
        assert "3 of 3 stations" in told[0]
        assert "by 72 m and more" in told[0]


def test_ground_is_the_column_of_the_ground(tmp_path: Path) -> None:
    path = file_of(tmp_path, "x,y,z,dem,tmi\n0,1,130,100,3\n")
    npt.assert_array_equal(read_table_topography(path), [[0.0, 1.0, 100.0]])
    npt.assert_array_equal(read_table_topography(file_of(tmp_path, "7 8 9\n")), [[7.0, 8.0, 9.0]])
    with pytest.raises(InputError, match=r"got a survey with tmi and heights of the sensor; give points"):
        read_table_topography(file_of(tmp_path, "x,y,z,tmi\n0,1,130,3\n"))


def test_a_table_that_cannot_be_read_is_described_with_the_reason(tmp_path: Path) -> None:
    assert TABLE.describe is not None
    lines = TABLE.describe(file_of(tmp_path, "x,z,tmi\n1,5,7\n2,6,8\n"), SurveyOptions())
    assert lines[0] == "2 rows"
    assert lines[-1].startswith("cannot be read as it is: ")
    good = TABLE.describe(file_of(tmp_path, "x,y,z,tmi\n0,1,2,3\n"), SurveyOptions())
    assert "tmi 3 to 3, median 3" in good
    assert good[-1] == "field: none in a table; give field=..."


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    survey = read_table_survey(file_of(tmp_path, "x y z tmi tmi_uncertainty\n0.1 1 2 3 0.5\n"), MAGNETIC)
    for writer in TABLE.writers:
        path = tmp_path / f"again{writer.suffixes[0]}"
        writer.write(path, survey)
        again = read_table_survey(path, MAGNETIC)
        npt.assert_array_equal(again.data, survey.data)
        assert np.all(again.easting == 0.1)
