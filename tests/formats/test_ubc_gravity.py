from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError, MainField, Survey
from geoinv.formats import collected, convert, describe, read_mesh, read_survey, read_topography, write_survey
from geoinv.formats.ubc_gravity import read_ubc_gravity

TEXT = "3 ! stations\n10 20 30 -1.5 0.05\n40 50 60 2.25 0.1\n70\t80 90 0 0.1 ! the last\n"


def written(folder: Path, text: str = TEXT, name: str = "a.grv") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_a_small_file(tmp_path: Path) -> None:
    with collected() as notes:
        survey = read_survey(written(tmp_path))
    assert (survey.components, survey.kind, survey.field) == (("gz",), "gravity", None)
    npt.assert_array_equal(survey.data, [[-1.5, 2.25, 0.0]])
    npt.assert_array_equal(survey.uncertainty, [[0.05, 0.1, 0.1]])
    npt.assert_array_equal(survey.upward, [30.0, 60.0, 90.0])
    assert ("gravity", "gz in mGal, positive down (above dense rock), as UBC files have it") in notes.taken


def test_laguna_del_maule_is_as_simpeg_reads_it_with_the_sign_turned(shared_data: Path) -> None:
    io_utils = pytest.importorskip("simpeg.utils.io_utils")
    path = shared_data / "laguna_del_maule_gravity" / "LdM_grav_obs.grv"
    survey, theirs = read_survey(path), io_utils.read_grav3d_ubc(str(path))
    npt.assert_array_equal(survey.data[0], -theirs.dobs)  # SimPEG's gz is positive up
    npt.assert_array_equal(survey.uncertainty[0], theirs.standard_deviation)
    stations = np.column_stack([survey.easting, survey.northing, survey.upward])
    npt.assert_array_equal(stations, theirs.survey.receiver_locations)
    assert read_mesh(path.with_name("LdM_mesh.mesh")).shape == (40, 69, 69)


def test_round_trips_give_every_number_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    places, data = rng.normal(size=(3, 7)) * 1e5, rng.normal(size=7)
    survey = Survey(*places, components=("gz",), data=data, uncertainty=np.abs(data) + 1e-3)
    for name in ("a.grv", "b.gra", "c.nc", "d.csv"):
        write_survey(tmp_path / name, survey)
        again = read_survey(tmp_path / name)
        assert again.same_places(survey)
        npt.assert_array_equal(again.data, survey.data)
        npt.assert_array_equal(again.uncertainty, survey.uncertainty)
    said = convert(tmp_path / "a.grv", tmp_path / "e.csv")
    assert said.endswith("wrote 7 stations to " + f"{tmp_path / 'e.csv'}.")  # no field, none lost
    write_survey(tmp_path / "f.grv", survey.with_data(data))
    assert read_survey(tmp_path / "f.grv").uncertainty is None


def test_rows_without_a_datum_are_left_out(tmp_path: Path) -> None:
    with collected() as notes:
        survey = read_ubc_gravity(written(tmp_path, "4\n1 2 3 4\n5 6 7\n8 9 10 1e32\n11 12 13 5\n"))
    npt.assert_array_equal(survey.data, [[4.0, 5.0]])
    assert ["2 of 4 rows with a null value or without a datum are left out" in doubt for doubt in notes.doubts] == [
        True
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2\n1 2 3 4\n", r"the number of rows that follow \(1\) on line 1"),
        ("2\n1 2 3 4 5\n1 2 3 4 5 6\n", "rows of 4 or 5 columns .* on line 3, got 6 columns"),
        ("2\n1 2 3 4 0.1\n5 6 7 8 0\n", r"a standard deviation above zero on line 3, got 0 \(1 of 2 rows\)"),
        ("2\n1 2 3 4\n5 6 7 x\n", "numbers on line 3, got 'x'"),
        ("1\n1 2 3 1e32\n", "a value in every column"),
        ("2\n-71.1 -36.2 100 4\n-71.11 -36.21 100 5\n", "coordinates in metres, got"),
        ("2\n1 2 3 979000\n5 6 7 979100\n", "gz as an anomaly in mGal, got a median of 979050 mGal, which is absolute"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_survey(written(tmp_path, text))


def test_confusions_with_magnetics_are_refused(tmp_path: Path) -> None:
    path, field = written(tmp_path), MainField(60.0, 0.0, 50000.0)
    with pytest.raises(InputError, match=r"field expects a magnetic survey, got .*a\.grv with gz; leave it out"):
        read_survey(path, field=field)
    with pytest.raises(InputError, match=r"a\.obs expects a survey of tmi, the component of UBC files, got gz"):
        write_survey(tmp_path / "a.obs", read_survey(path))
    magnetic = Survey([0.0], [0.0], [0.0], field=field, data=[3.0])
    with pytest.raises(InputError, match=r"b\.grv expects a survey of gz, .* got tmi; write netCDF"):
        write_survey(tmp_path / "b.grv", magnetic)
    with pytest.raises(InputError, match=r"b\.grv expects a survey with data, got stations alone"):
        write_survey(tmp_path / "b.grv", magnetic.with_components(["gz"]))
    with pytest.raises(InputError, match="expects a topography, got UBC gravity observations"):
        read_topography(path)
    assert not list(tmp_path.glob("b.*"))
    assert "gz -1.5 to 2.25 mGal" in describe(path)


def test_other_components_of_a_file_are_not_read(tmp_path: Path) -> None:
    survey = read_survey(written(tmp_path), components=("gee",))
    assert (survey.components, survey.data) == (("gee",), None)
    with pytest.raises(InputError, match=r"a\.grv expects the inducing field beside it for tmi bu, got one of gz"):
        read_survey(written(tmp_path), components=("tmi", "bu"))
    field = MainField(60.0, 0.0, 50000.0)
    survey = read_survey(written(tmp_path), components=("tmi",), field=field)
    assert (survey.components, survey.field, survey.data) == (("tmi",), field, None)
