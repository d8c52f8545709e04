from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from small_tables import FIELD, written

from geoinv import InputError, MainField, Survey
from geoinv.core.checks import InputWarning
from geoinv.formats import read_survey, read_table, write_survey


def test_names_may_stand_in_a_comment(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "# northing easting z line\n1 2 3 100\n"))
    assert {name: values.item() for name, values in table.columns.items()} == {"northing": 1, "easting": 2, "upward": 3}


@pytest.mark.parametrize("suffix", [".csv", ".xyz"])
def test_table_comes_back_exactly(tmp_path: Path, suffix: str) -> None:
    rng = np.random.default_rng(1)
    positions = rng.normal(scale=1e6, size=(3, 20))
    survey = Survey(
        *positions,
        components=("tmi", "be", "buu"),
        field=FIELD,
        data=rng.normal(size=(3, 20)),
        uncertainty=rng.uniform(0.1, 1, size=(3, 20)),
    )
    write_survey(tmp_path / f"a{suffix}", survey)
    again = read_survey(tmp_path / f"a{suffix}", field=FIELD)
    assert again.components == survey.components
    for name in ("easting", "northing", "upward", "data", "uncertainty"):
        npt.assert_array_equal(getattr(again, name), getattr(survey, name))


def test_columns_are_given_by_name_or_by_number_from_one(tmp_path: Path) -> None:
    path = written(tmp_path, "line,a,b,c,d\n1,2,3,4,5\n")
    by_name = read_table(path, {"easting": "a", "northing": "B", "tmi": "d", "uncertainty": "c"}).columns
    by_number = read_table(path, {"easting": 2, "northing": "3", "tmi": 5, "uncertainty": 4}).columns
    assert {k: v.item() for k, v in by_name.items()} == {k: v.item() for k, v in by_number.items()}
    assert by_name["tmi"] == [5]
    assert by_name["tmi_uncertainty"] == [4]


def test_rows_with_dummies_are_dropped_and_counted(tmp_path: Path) -> None:
    text = "x,y,z,tmi,other\n1,2,3,4,*\n1,2,3,-9999.99,0\n1,2,3,*,0\n1,*,3,4,0\n5,6,7,8,-99999.99\n"
    with pytest.warns(InputWarning, match="3 of 5 rows with a null value are left out"):
        survey = read_survey(written(tmp_path, text), field=FIELD)
    npt.assert_array_equal(survey.data, [[4, 8]])
    assert survey.attributes["dropped_rows"] == 3


def test_helicopter_lines_need_a_choice_of_the_column(shared_data: Path) -> None:
    path = shared_data / "usgs_ne_wisconsin_2021" / "WI_Magnetics.csv"
    with pytest.raises(InputError, match=r"one column of tmi, got TMI and RMF; .* columns=\{'tmi': 'RMF'\}"):
        read_survey(path, field=FIELD)
    survey = read_survey(path, field=FIELD, columns={"tmi": "RMF"})
    assert survey.stations + survey.attributes.get("dropped_rows", 0) == 6785
    assert survey.data.min() == pytest.approx(-477, abs=1)
    assert survey.data.max() == pytest.approx(811, abs=1)
    with pytest.raises(InputError, match=r"median of 5[\d.]+ nT, which is a total field; subtract the IGRF"):
        read_survey(path, field=FIELD, columns={"tmi": "TMI"})


def test_grid_nodes_need_a_height(shared_data: Path) -> None:
    path = shared_data / "mount_milligan_1991" / "mount_milligan_crop_12km.csv"
    columns = {"tmi": "anomaly_nt"}
    with pytest.raises(InputError, match=r"column of upward in metres, .* or give height="):
        read_survey(path, field=FIELD, columns=columns)
    survey = read_survey(path, field=FIELD, columns=columns, height=1200)
    assert survey.stations == 14400
    assert set(survey.upward) == {1200.0}


def test_plain_rows_named_obs_are_a_table(shared_data: Path) -> None:
    path = shared_data / "simpeg_mag_tutorial" / "magnetics_data.obs"
    survey = read_survey(path, field=MainField(90, 0, 50000))
    npt.assert_array_equal(
        np.column_stack([survey.easting, survey.northing, survey.upward, survey.data[0]]), np.loadtxt(path)
    )


def test_line_data_without_names_and_with_stars_are_read_by_number(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "aseg_gdf2_ground_and_air" / "Example_Mag_Gondwana_200Ma.dat"
    path = tmp_path / source.name  # without the definition that stands beside it
    path.write_bytes(source.read_bytes())
    with pytest.raises(InputError, match="names for its 18 columns, got none; number those wanted, as in columns="):
        read_survey(path, field=FIELD)
    table = read_table(path, {"easting": 13, "northing": 14})
    assert table.columns["easting"].size == 254


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "x,y,z,tmi\n1,2,3,4\n1,2,3\n",
            r"a\.csv expects 4 columns \(x, y, z, tmi\) on line 3, got 3 in '1,2,3'; correct",
        ),
        ("1 2 3 4\n1 2 3 4 5\n", "4 columns on line 2, got 5 in '1 2 3 4 5'; correct"),
        ("x,y,z,tmi\n1,2,3,4\n1,2,3,abc\n", "a number in column 'tmi' on line 3, got 'abc'; correct"),
        ("x,y,z,tmi\n1,2,3,4\n1,2,3,-inf\n", "finite numbers on line 3, got -inf"),
        ("x,y,z,tmi,sd\n1,2,3,4,1\n1,2,3,4,0\n", "tmi_uncertainty above zero on line 3, got 0"),
        ("x,y,z,tmi,sd\n1,2,3,4,-1\n", r"above zero on line 2, got -1 \(1 of 1 rows\); give"),
        ("x,z,tmi\n1,2,3\n", "column of northing in metres, got x, z, tmi; .* columns=.'northing': 'NAME'"),
        ("x,y,tmi\n1,2,3\n", "column of upward in metres, got x, y, tmi; .* or give height="),
        ("x,east,y,z\n1,2,3,4\n", "one column of easting, got x and east; .* columns=.'easting': 'east'"),
        (
            "x,y,z,tmi\n1,2,3,*\n1,2,3,-9999.99\n",
            r"values on line 2, got no row without a null value \(2 in tmi\); choose",
        ),
        ("1 2 3 4 5 6\n1 2 3 4 5 6\n", "names for its 6 columns, got none; number those wanted"),
        ("x,y,z,tmi\n", "rows of at least three numbers under the names after line 1, got the end of the file"),
        ("x,y,z,be,bn,be_uncertainty\n1,2,3,4,5,6\n", "an uncertainty for each of be, bn, got 1"),
        ("1,5;2,5;3,5\n4,5;5,5;6,5\n", "numbers with a decimal point on line 1, got '1,5'; write points"),
    ],
)
def test_wrong_table_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        read_survey(written(tmp_path, text), field=FIELD)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (
            {"tmi": "nosuch"},
            "a column 'nosuch' for tmi, got x, y, z, tmi; give one of these names, or a number from 1 to 4",
        ),
        ({"tmi": 9}, "a column 9 for tmi"),
        ({"tmi": 0}, "a column 0 for tmi"),
        ({"depth": "z"}, "columns expects quantities among easting, .* got 'depth'"),
    ],
)
def test_wrong_choice_of_columns_is_one_sentence(tmp_path: Path, columns: dict[str, str | int], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_survey(written(tmp_path, "x,y,z,tmi\n1,2,3,4\n"), field=FIELD, columns=columns)


def test_table_without_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a header or at least three numbers on line 1, got '1 2'; give"):
        read_table(written(tmp_path, "1 2\n3 4\n"))


def test_table_needs_the_field(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.csv expects the inducing field .* give field=MainField"):
        read_survey(written(tmp_path, "1 2 3 4\n"))
