from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from simpeg.utils.io_utils import read_mag3d_ubc

from geoinv import InputError, MainField, Survey
from geoinv.conventions.nulls import nulls_in
from geoinv.core.checks import InputWarning
from geoinv.formats import collected, read_survey, write_survey
from geoinv.formats.ubc_observations import read_ubc_observations, write_ubc_observations

HEAD = "83 -32 60000 ! field\n83 -32 1\n2\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "a.obs"
    path.write_text(text)
    return path


def assert_same_survey(one: Survey, other: Survey) -> None:
    for name in ("easting", "northing", "upward", "data", "uncertainty"):
        npt.assert_array_equal(getattr(one, name), getattr(other, name))
    assert one.field == other.field
    assert one.anomaly_direction == other.anomaly_direction


def test_raglan_is_read_as_simpeg_reads_it(shared_data: Path) -> None:
    path = shared_data / "raglan_1997" / "obs.mag"
    survey = read_survey(path)
    columns = np.loadtxt(path, skiprows=3)
    assert survey.field == MainField(83.0, -32.0, 60000.0)
    npt.assert_array_equal(np.column_stack([survey.easting, survey.northing, survey.upward]), columns[:, :3])
    npt.assert_array_equal(survey.data[0], columns[:, 3])
    npt.assert_array_equal(survey.uncertainty[0], columns[:, 4])


def test_published_observations_come_back_identical(shared_data: Path, tmp_path: Path) -> None:
    survey = read_survey(shared_data / "raglan_1997" / "obs.mag")
    write_survey(tmp_path / "again.mag", survey)
    assert_same_survey(read_survey(tmp_path / "again.mag"), survey)


def test_simpeg_reads_what_is_written(tmp_path: Path) -> None:
    # SimPEG knows no comments: they are taken away first
    survey = Survey([1.5, 2.5], [3.0, 4.0], [5.0, 6.0], field=MainField(60, 10, 5e4), data=[1.0, -2.0], uncertainty=0.5)
    write_survey(tmp_path / "a.obs", survey)
    plain = "\n".join(line.partition("!")[0] for line in (tmp_path / "a.obs").read_text().splitlines())
    peer = read_mag3d_ubc(str(written(tmp_path, plain + "\n")))
    npt.assert_array_equal(peer.dobs, survey.data[0])
    npt.assert_array_equal(peer.standard_deviation, survey.uncertainty[0])
    npt.assert_array_equal(
        peer.survey.receiver_locations, np.column_stack([survey.easting, survey.northing, survey.upward])
    )


coordinates = st.floats(-1e8, 1e8)
data = st.floats(-1e4, 1e4)
deviations = st.floats(1e-10, 1e5)
angles = st.tuples(st.floats(-90, 90), st.floats(-360, 360))


@given(
    rows=st.lists(st.tuples(coordinates, coordinates, coordinates, data, deviations), min_size=1, max_size=5),
    field=st.builds(lambda a, f: MainField(*a, f), angles, st.floats(1e3, 2e5)),
    direction=st.none() | angles,
    columns=st.sampled_from([3, 4, 5]),
)
def test_any_survey_comes_back_exactly(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[float, ...]],
    field: MainField,
    direction: tuple[float, float] | None,
    columns: int,
) -> None:
    assume(not any(nulls_in(column).any() for column in np.array(rows).T))
    easting, northing, upward, tmi, deviation = np.array(rows).T
    survey = Survey(
        easting,
        northing,
        upward,
        field=field,
        data=tmi if columns > 3 else None,
        uncertainty=deviation if columns > 4 else None,
        anomaly_direction=direction,
    )
    path = tmp_path_factory.getbasetemp() / "any.obs"
    write_ubc_observations(path, survey)
    assert_same_survey(read_ubc_observations(path), survey)


def test_three_columns_are_a_survey_without_data(tmp_path: Path) -> None:
    survey = read_survey(written(tmp_path, HEAD + "1 2 3\n4 5 6\n"))
    assert survey.data is None
    assert survey.uncertainty is None
    npt.assert_array_equal(survey.upward, [3, 6])


def test_four_columns_have_data_and_no_deviation(tmp_path: Path) -> None:
    survey = read_survey(written(tmp_path, HEAD + "1 2 3 10\n4 5 6 20 ! spike\n\n! end\n"))
    npt.assert_array_equal(survey.data, [[10, 20]])
    assert survey.uncertainty is None


@pytest.mark.parametrize(("tail", "deviation"), [("", None), (" 0.5", [[0.5, 0.5]])])
def test_direction_in_the_rows_wins(tmp_path: Path, tail: str, deviation: list[list[float]] | None) -> None:
    text = f"83 -32 60000\n83 -32 0\n2\n1 2 3 90 0 10{tail}\n4 5 6 90 0 20{tail}\n"
    survey = read_survey(written(tmp_path, text))
    assert survey.anomaly_direction == (90.0, 0.0)
    npt.assert_array_equal(survey.data, [[10, 20]])
    assert (survey.uncertainty is None) == (deviation is None)


def test_projection_line_becomes_the_anomaly_direction(tmp_path: Path) -> None:
    survey = read_survey(written(tmp_path, "83 -32 60000\n45 10\n1\n1 2 3 4\n"))
    assert survey.anomaly_direction == (45.0, 10.0)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD + "1 2 3 4 5\n", r"a\.obs expects the number of rows that follow \(1\) on line 3, got '2'; correct"),
        (HEAD + "1 2 3 4 5\n" * 3, r"rows that follow \(3\) on line 3, got '2'; correct"),
        ("83 -32 60000\n83 -32\n0\n", r"rows that follow \(0\) on line 3"),
        ("83 -32 60000\n83 -32\n", "number of stations after line 2, got the end of the file"),
        (HEAD + "1 2 3 4 5\n6 7 8 9\n", "5 columns, as on line 4, on line 5, got '6 7 8 9'; correct"),
        (HEAD + "1 2 3 4 5\n6 7 eight 9 1\n", "numbers on line 5, got 'eight'; correct"),
        (HEAD + "1 2 nan 4 5\n6 7 8 * 1\n", "rows with a value in every column on line 4, got none; give"),
        (HEAD + "1 2 3 4 5\n6 7 8 inf 1\n", "finite numbers on line 5, got inf"),
        (HEAD + "1 2 3 4 5\n6 7 8 9 0\n", r"deviation above zero on line 5, got 0 \(1 of 2 rows\); give"),
        (HEAD + "1 2 3 4 -5\n6 7 8 9 -1\n", r"deviation above zero on line 4, got -5 \(2 of 2 rows\); give"),
        (HEAD + "1 2\n3 4\n", "rows of 3 to 7 columns .* on line 4, got 2 columns; remove"),
        (HEAD + "1 2 3 4 5 6 7 8\n" * 2, "got 8 columns"),
        (HEAD + "1 2 3 90 0 5\n1 2 3 80 0 5\n", "same aincl adecl in every row on line 5, got '1 2 3 80 0 5'; only"),
        ("95 -32 60000\n83 -32\n1\n1 2 3 4\n", r"a\.obs line 1: MainField expects inclination between -90 and 90"),
        ("83 -32 60\n83 -32\n1\n1 2 3 4\n", "line 1: MainField expects intensity .* convert it to nanotesla"),
        ("83 -32 6O000\n83 -32\n1\n1 2 3 4\n", "'inclination declination intensity' on line 1, got '83 -32 6O000'"),
        ("83 -32 60000\n95 -32\n1\n1 2 3 4\n", "line 2: MainField expects inclination"),
        ("83 -32 60000\n83 -32 3\n1\n1 2 3 4\n", "code 0, 1 or none on line 2, got code 3; only TMI"),
        ("83 -32 60000\n83 -32 0\n1\n1 2 3 4 5\n", "code 1 with 5 columns on line 2, got code 0 .* write code 1"),
    ],
)
def test_wrong_observations_are_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        read_survey(written(tmp_path, text))
    assert "\n" not in str(caught.value)
    assert "a.obs" in str(caught.value)


def test_line_numbers_count_comments_and_blank_lines(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="on line 8, got 'x'"):
        read_survey(written(tmp_path, "! survey\n\n" + HEAD + "! rows\n1 2 3 4\n5 6 7 x\n"))


def test_other_components_need_netcdf(tmp_path: Path) -> None:
    survey = Survey([0.0], [0.0], [0.0], components=("bu",), field=MainField(60, 10, 5e4), data=[1.0])
    with pytest.raises(InputError, match=r"expects a survey of tmi, .* got bu; write netCDF"):
        write_survey(tmp_path / "a.obs", survey)


def test_uncertainty_without_data_has_no_place(tmp_path: Path) -> None:
    survey = Survey([0.0], [0.0], [0.0], field=MainField(60, 10, 5e4), uncertainty=1.0)
    with pytest.raises(InputError, match="expects data with the uncertainty"):
        write_survey(tmp_path / "a.obs", survey)


def test_rows_without_a_datum_are_dropped_and_counted(tmp_path: Path) -> None:
    rows = "1 2 3 4 5\n6 7 8\n9 8 7 nan 1\n1 1 1 -99999 1\n2 2 2 1e32 1\n3 3 3 * 1\n5 6 7 8 9\n"
    path = written(tmp_path, HEAD.replace("\n2\n", "\n7\n") + rows)
    with pytest.warns(InputWarning, match=r"a\.obs: 5 of 7 rows with a null value or without a datum are left out"):
        survey = read_survey(path)
    npt.assert_array_equal(survey.easting, [1, 5])
    npt.assert_array_equal(survey.data, [[4, 8]])
    npt.assert_array_equal(survey.uncertainty, [[5, 9]])
    with collected() as notes:
        read_survey(path)
    assert len(notes.doubts) == 1


def test_amplitudes_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"TMI \(code 0, 1 or none\) on line 2, got code 2, the amplitude \|B\|"):
        read_survey(written(tmp_path, HEAD.replace("-32 1", "-32 2") + "1 2 3 4 5\n6 7 8 9 1\n"))


def test_one_station_without_data_is_read(tmp_path: Path) -> None:
    survey = read_survey(written(tmp_path, "65 25 50000\n65 25 1\n1\n5 5 10\n"))
    assert survey.stations == 1
    assert survey.data is None


@pytest.mark.parametrize("rows", ["1 2 3\n", "1 2 3 4\n"])
def test_a_direction_that_is_announced_and_missing_is_refused(tmp_path: Path, rows: str) -> None:
    with pytest.raises(InputError, match=r"code 1 with . columns on line 2, got code 0 \(a direction in every row\)"):
        read_survey(written(tmp_path, "83 -32 60000\n83 -32 0\n1\n" + rows))


def test_a_station_at_minus_999_among_others_is_a_station(tmp_path: Path) -> None:
    rows = "".join(f"{x} 0 1 {x / 7}\n" for x in (-1001, -1000, -999, -998))
    assert read_survey(written(tmp_path, "83 -32 60000\n83 -32 1\n4\n" + rows)).stations == 4
