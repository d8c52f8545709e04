"""ASEG-GDF2: real files beside what NumPy reads of them, and files that pandas reads of what is written."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from table_files import FIELD

from geoinv import InputError, Survey
from geoinv.formats import collected, convert, describe, read_survey, recognise, write_survey

FOLDER = "aseg_gdf2_ground_and_air"
DEFINITION = """\
DEFN 1 ST=RECD,RT=;LINE:A6
DEFN 2 ST=RECD,RT=;X:F7.1:UNIT=m
DEFN 3 ST=RECD,RT=;Y:F7.1:UNIT=m
DEFN 4 ST=RECD,RT=;ALT:F6.1:UNIT=ft,NULL=-99.9
DEFN 5 ST=RECD,RT=;TMI:F8.2:UNIT=nT,NULL=-999.99
"""
ROWS = """\
 L 10 10000.020000.0 100.0   12.50
 L 10 10010.020000.0 110.0 -999.99
 L 20 10020.0-2000.0 120.0-1200.50
"""


def pair(folder: Path, rows: str, definition: str = DEFINITION) -> Path:
    (folder / "a.dfn").write_text(definition)
    (folder / "a.dat").write_text(rows)
    return folder / "a.dat"


def test_a_real_flight_is_read_as_numpy_reads_its_columns(shared_data: Path) -> None:
    path = shared_data / FOLDER / "Example_Mag_Gondwana_200Ma.dat"
    assert recognise(path).name == "ASEG-GDF2"
    with collected():
        survey = read_survey(path, field=FIELD, height=100.0, columns={"tmi": "Fluxx"})
    numbers = np.loadtxt(path, usecols=range(17))
    npt.assert_array_equal(survey.easting, numbers[:, 12])
    npt.assert_array_equal(survey.northing, numbers[:, 13])
    npt.assert_array_equal(survey.data, numbers[None, :, 14])
    npt.assert_array_equal(survey.columns["line"], numbers[:, 0])
    npt.assert_array_equal(survey.columns["radar_height"], numbers[:, 5])
    npt.assert_array_equal(survey.columns["longitude"], numbers[:, 10])
    assert survey.crs == "EPSG:28355"


def test_a_real_ground_survey_between_tabs_is_read_by_its_data_or_its_definition(shared_data: Path) -> None:
    path = shared_data / FOLDER / "Example_GroundMag_HillValley_1985.dat"
    there = np.genfromtxt(path)[:, 10]
    there = there[there > -99999.0]
    for given in (path, path.with_suffix(".dfn")):
        told = describe(given, columns={"tmi": "Mag_mlev"})
        assert "system: EPSG:28356" in told
        assert f"tmi {there.min():.6g} to {there.max():.6g} " in told.replace(",", " ")


def test_a_file_that_is_cut_off_is_refused(shared_data: Path) -> None:
    with pytest.raises(InputError, match=r"on line 1051, got a record of 4 characters.* may be cut short"):
        read_survey(shared_data / FOLDER / "Example_AeroMag_MuppetTown_2009.dat", field=FIELD)


def test_columns_that_touch_are_parted_by_their_widths_and_converted(tmp_path: Path) -> None:
    path = pair(tmp_path, ROWS)
    with pytest.warns(UserWarning, match="1 of 3 rows with a null value"):
        survey = read_survey(path, field=FIELD)
    npt.assert_array_equal(survey.easting, [10000.0, 10020.0])
    npt.assert_array_equal(survey.northing, [20000.0, -2000.0])
    npt.assert_allclose(survey.upward, [30.48, 36.576], rtol=1e-15)
    npt.assert_array_equal(survey.data, [[12.5, -1200.5]])
    assert survey.columns["line"].tolist() == ["L 10", "L 20"]


def test_records_that_do_not_fit_their_definition_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"5 fields, in 34 characters or separated, on line 1, got 4 in '1 2 3 4'"):
        read_survey(pair(tmp_path, "1 2 3 4\n5 6 7 8\n"), field=FIELD)
    with pytest.raises(InputError, match=r"5 fields, as a\.dfn defines them, on line 61, got 3"):
        read_survey(pair(tmp_path, "1\t2\t3\t4\t5\n" * 60 + "5\t6\t7\n").with_suffix(".dat"), field=FIELD)
    (tmp_path / "a.dat").unlink()
    with pytest.raises(InputError, match=r"expects its data file \(a\.dat\) beside it, got none"):
        read_survey(tmp_path / "a.dfn", field=FIELD)


def test_what_is_written_is_read_by_pandas_and_comes_back(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    random = np.random.default_rng(5)
    columns = {
        "line": ["L 10", "L 10", "", "T1", "T1"],
        "fiducial": [1.5, np.nan, 1e-30, 1 / 3, -7e9],
        "count": np.arange(5),
        "date": np.array(["2021-01-20", "2021-01-21", "NaT", "2021-01-22", "2021-01-22"], "M8[D]"),
    }
    survey = Survey(
        5e5 + 1000 * random.random(5),
        6e6 + np.round(1000 * random.random(5), 1),
        np.arange(5.0),
        field=FIELD,
        data=random.standard_normal(5),
        uncertainty=0.25,
        crs="EPSG:28355",
        columns=columns,
    )
    write_survey(tmp_path / "a.dat", survey)
    fields = re.findall(r";(\w+):[AIFE](\d+)", (tmp_path / "a.dfn").read_text())[2:]
    names, widths = [name for name, _ in fields], [int(width) for _, width in fields]
    table = pandas.read_fwf(tmp_path / "a.dat", widths=widths, names=names, dtype=str)
    npt.assert_array_equal(table["easting"].astype(float), survey.easting)
    npt.assert_array_equal(table["tmi"].astype(float), survey.data[0])
    npt.assert_array_equal(
        table["fiducial"].astype(float), np.where(np.isnan(columns["fiducial"]), -1e32, columns["fiducial"])
    )
    again = read_survey(tmp_path / "a.dat", field=FIELD)
    for one in ("easting", "northing", "upward", "data", "uncertainty"):
        npt.assert_array_equal(getattr(again, one), getattr(survey, one))
    assert again.crs == survey.crs
    for name in ("line", "fiducial", "count"):
        npt.assert_array_equal(again.columns[name], survey.columns[name])
    assert again.columns["date"].tolist()[:3] == ["2021-01-20", "2021-01-21", ""]
    assert "5 stations" in convert(tmp_path / "a.dat", tmp_path / "a.nc", field=FIELD)
    assert read_survey(tmp_path / "a.nc").crs == survey.crs
