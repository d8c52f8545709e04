from __future__ import annotations

from pathlib import Path

import numpy.testing as npt
import pytest

from geoinv import InputError, MainField
from geoinv.formats import collected, read_survey

FIELD = MainField(60.0, 0.0, 50000.0)
BOTH = "x,y,z,tmi,CBA (uGal),sd\n1,2,3,40,5000,100\n4,5,6,*,6000,200\n7,8,9,60,7000,300\n"


def written(folder: Path, text: str) -> Path:
    (folder / "a.csv").write_text(text)
    return folder / "a.csv"


def test_a_table_of_gravity_needs_no_field(tmp_path: Path) -> None:
    with collected() as notes:
        survey = read_survey(written(tmp_path, "x,y,z,Bouguer anomaly (uGal),sd\n1,2,3,5000,100\n4,5,6,6000,100\n"))
    assert (survey.components, survey.field) == (("gz",), None)
    npt.assert_allclose(survey.data, [[5.0, 6.0]])
    npt.assert_allclose(survey.uncertainty, [[100.0, 100.0]])  # no unit is stated for it, which is said
    assert "gz = Bouguer anomaly (uGal) (converted to mGal)" in dict(notes.taken)["columns"]
    assert "m and mGal where no unit is stated" in dict(notes.taken)["columns"]


def test_data_of_two_kinds_are_to_be_chosen_from(tmp_path: Path) -> None:
    path = written(tmp_path, BOTH)
    sentence = r"data of one kind, got tmi \(magnetic\) and gz \(gravity\); choose with components=\('gz',\)"
    with collected(), pytest.raises(InputError, match=sentence):
        read_survey(path, field=FIELD)
    for chosen in ({"components": ("gz",)}, {"columns": {"gz": "CBA (uGal)"}}, {"columns": {"gz": 5}}):
        with collected() as notes:
            survey = read_survey(path, **chosen)
        npt.assert_allclose(survey.data, [[5.0, 6.0, 7.0]])  # the row that lacks tmi is there
        assert not notes.doubts
    with collected():
        survey = read_survey(path, components=("tmi",), field=FIELD)
    npt.assert_allclose(survey.data, [[40.0, 60.0]])


def test_a_deviation_is_that_of_the_component_chosen(tmp_path: Path) -> None:
    path = written(tmp_path, BOTH)
    with collected():
        survey = read_survey(path, columns={"gz": 5, "uncertainty": 6})
    npt.assert_allclose(survey.uncertainty, [[100.0, 200.0, 300.0]])


def test_components_that_a_file_lacks_leave_stations_alone(tmp_path: Path) -> None:
    path = written(tmp_path, "x,y,z\n1,2,3\n4,5,6\n")
    survey = read_survey(path, components=("gz", "guu"))
    assert (survey.components, survey.data, survey.stations) == (("gz", "guu"), None, 2)
    with pytest.raises(InputError, match="expects the inducing field beside it"):
        read_survey(path, components=("tmi",))
    assert read_survey(path, components=("bu",), field=FIELD).components == ("bu",)


def test_absolute_gravity_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "x,y,z,gravity (mGal)\n1,2,3,979000\n4,5,6,979100\n")
    with pytest.raises(InputError, match=r"which is absolute gravity; subtract .* columns=\{'gz': 'NAME'\}"):
        read_survey(path)
