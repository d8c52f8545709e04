"""The columns of a table: deviations beside data, unnamed columns, northings first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from table_files import DEGREES, FIELD, FOOT, N_E_U_T, file_of

from geoinv import InputError
from geoinv.cli import main
from geoinv.core.checks import InputWarning
from geoinv.formats import read_survey


@pytest.mark.parametrize("name", ["sd", "std", "sigma", "Uncertainty (nT)", "tmi_err", "Mag error", "TMI_SD"])
def test_the_deviation_stands_behind_the_datum_or_names_it(tmp_path: Path, name: str) -> None:
    survey = read_survey(file_of(tmp_path, f"x,y,z,tmi,{name}\n1,2,3,4,5\n"), field=FIELD)
    npt.assert_array_equal(survey.uncertainty, [[5.0]])


def test_unnamed_columns_beside_a_given_height_must_be_numbered(tmp_path: Path) -> None:
    path = file_of(tmp_path, "0 0 6.3 2.06\n25 0 9.3 2.09\n")
    with pytest.raises(InputError, match=r"third and fourth column may be anything; .*'northing': 2, 'tmi': 3"):
        read_survey(path, field=FIELD, height=40)
    survey = read_survey(path, field=FIELD, height=40, columns={"easting": 1, "northing": 2, "tmi": 3, "sd": 4})
    npt.assert_array_equal(survey.data, [[6.3, 9.3]])
    npt.assert_array_equal(survey.uncertainty, [[2.06, 2.09]])
    npt.assert_array_equal(survey.upward, [40, 40])
    with pytest.raises(InputError, match="third column may be anything"):
        read_survey(file_of(tmp_path, "0 0 6.3\n25 0 9.3\n"), field=FIELD, height=40)


def test_an_unnamed_datum_and_its_deviation_are_doubted_as_height_and_datum(tmp_path: Path) -> None:
    path = file_of(tmp_path, "0 0 6.3 2.06\n25 0 -9.3 2.09\n50 0 12.9 2.13\n")
    with pytest.warns(InputWarning, match="they look like a datum and its standard deviation"):
        read_survey(path, field=FIELD)


def test_depths_are_not_taken_as_heights_when_chosen_either(tmp_path: Path) -> None:
    path = file_of(tmp_path, "x,y,depth,tmi\n1,2,3,4\n")
    with pytest.raises(InputError, match="upward in metres, positive up, got 'depth', which is positive down"):
        read_survey(path, field=FIELD, columns={"upward": "depth"})


def test_longitudes_are_no_eastings_when_chosen_either(tmp_path: Path) -> None:
    path = file_of(tmp_path, "lon,lat,z,tmi\n7,54,3,4\n")
    with pytest.raises(InputError, match=f"easting in metres, got 'lon': {DEGREES}"):
        read_survey(path, field=FIELD, columns={"easting": "lon", "northing": "lat"})


@pytest.mark.parametrize("names", ["", "x y z tmi\n"])
def test_northings_first_are_doubted(tmp_path: Path, names: str) -> None:
    path = file_of(tmp_path, names + N_E_U_T)
    with pytest.warns(InputWarning, match="look like a northing and an easting"):
        read_survey(path, field=FIELD)


def test_a_table_of_feet_with_northings_first_is_inverted_like_the_survey_it_was_made_of(
    small_survey: Path, capsys
) -> None:
    import xarray as xr

    survey = read_survey("obs.mag")
    table = np.column_stack([np.arange(60), survey.northing, survey.easting, survey.upward / FOOT, survey.data[0]])
    np.savetxt("lines.xyz", table, fmt="%.9f", header="id UTM_N (m) UTM_E (m) Elev (ft) TMI (nT)")
    common = ["--mesh", "mesh.msh", "--noise", "1", "--out"]
    assert main(["invert", "obs.mag", *common, "one.nc"]) == 0
    assert main(["invert", "lines.xyz", "--field", "65", "25", "50000", *common, "two.nc"]) == 0
    assert "upward = Elev (ft) (converted to m)" in capsys.readouterr().out
    with xr.open_dataset("one.nc") as one, xr.open_dataset("two.nc") as two:
        npt.assert_allclose(two["susceptibility"], one["susceptibility"], rtol=0, atol=1e-4)
        assert float(two["susceptibility"].max()) > 0.005
