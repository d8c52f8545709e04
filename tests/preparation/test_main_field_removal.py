from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError, MainField, Survey
from geoinv.core.checks import InputWarning
from geoinv.preparation.coordinates import system
from geoinv.preparation.igrf import angles_of, igrf
from geoinv.preparation.main_field_removal import days_of, with_igrf_field, without_igrf
from geoinv.preparation.raw_lines import read_lines

FIELD = MainField(65.0, 25.0, 50000.0)
DATES = ["2015-03-01", "2020-06-30", "2021-02-03"]


def _total(anomaly: float = 7.0, offset: float | None = None) -> Survey:
    lon, lat, up = np.array([-88.0, -87.9, -87.8]), np.array([44.2, 44.3, 44.4]), np.array([300.0, 400.0, 500.0])
    model = angles_of(*igrf(lon, lat, up, np.array(DATES, "datetime64[D]")))[2]
    columns = {"longitude": lon, "latitude": lat, "date": np.array(DATES)}
    if offset is not None:
        columns["igrf"] = model + offset
    return Survey([0.0, 1e4, 2e4], [0.0, 0.0, 0.0], up, field=FIELD, data=model + anomaly, columns=columns)


def test_an_anomaly_is_left_of_a_total_field_on_every_date() -> None:
    left = without_igrf(_total())
    assert left.data is not None
    npt.assert_allclose(left.data, 7.0, atol=1e-9)
    npt.assert_allclose(left.column("igrf"), _total(0.0).data[0], atol=1e-9)  # type: ignore[index]
    assert left.attributes is not None
    assert "2015-03-01 to 2021-02-03, as in the file" in left.attributes["preparation"]


def test_one_date_for_all_stands_in_place_of_the_files() -> None:
    left = without_igrf(_total(), "2021-02-03")
    assert left.data is not None
    assert abs(left.data[0, 2] - 7.0) < 1e-9
    # the field falls by some 80 nT a year there
    assert 300.0 < left.data[0, 0] - 7.0 < 700.0
    assert left.attributes is not None
    assert "2021-02-03 for all stations (date), in place of the file's dates" in left.attributes["preparation"]


def test_a_main_field_of_the_file_that_differs_is_said() -> None:
    with pytest.warns(InputWarning, match=r"igrf is 60\.0 nT below IGRF-14 in the median \(-60\.0 to -60\.0"):
        left = without_igrf(_total(offset=-60.0))
    assert left.data is not None
    npt.assert_allclose(left.data, 7.0, atol=1e-9)
    npt.assert_allclose(left.column("igrf of the file") - left.column("igrf"), -60.0, atol=1e-9)
    assert "0.2 nT above" in str(without_igrf(_total(offset=0.2)).attributes)


def test_the_field_of_the_survey_is_that_at_its_middle_with_declination_from_the_northing_axis() -> None:
    without = with_igrf_field(_total(), np.array(DATES, "datetime64[D]"))
    assert without.field is not None
    assert abs(without.field.inclination - 70.7) < 0.3
    assert abs(without.field.declination + 4.0) < 0.5
    lon, lat = _total().column("longitude"), _total().column("latitude")
    easting, northing = system("EPSG:4326", "crs").converted(system("EPSG:3071", "crs"), lon, lat)
    placed = replace(_total(), easting=easting, northing=northing, crs="EPSG:3071")
    turned = with_igrf_field(placed, np.array(DATES, "datetime64[D]"))
    assert turned.field is not None
    # the central meridian is 90 W: at 87.9 W, the northing axis points (2.1 sin 44.3) degrees east of true north
    turn = 2.1 * np.sin(np.radians(44.3))
    npt.assert_allclose(turned.field.declination, without.field.declination - turn, atol=0.01)
    assert turned.anomaly_direction == (turned.field.inclination, turned.field.declination)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data": [1.0, 2.0, 3.0]}, "a total field of 20,000 to 70,000 nT, got a median of 2 nT"),
        ({"data": None}, "nothing else, got no data"),
        ({"components": ("bu",)}, "got bu"),
        ({"columns": {"date": DATES}}, "where on Earth the stations lie"),
        ({"columns": {"longitude": [0.0] * 3, "latitude": [0.0] * 3}}, "got no column of dates; give date="),
        ({"columns": {"longitude": [0.0] * 3, "latitude": [0.0] * 3, "date": ["", "", ""]}}, "no column of dates"),
        ({"columns": {"longitude": [0.0] * 3, "latitude": [0.0] * 3, "date": ["", *DATES[:2]]}}, "none at 1 of 3"),
        ({"columns": {"longitude": [0.0] * 3, "latitude": [0.0] * 3, "date": ["1899-01-01"] * 3}}, "from 1900-01-01"),
    ],
)
def test_what_is_not_known_is_asked_for(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        without_igrf(replace(_total(), **change))  # type: ignore[arg-type]


def test_a_date_that_is_none_is_rejected() -> None:
    for date in ("tomorrow", "", "03/04/2021"):
        with pytest.raises(InputError, match="date expects"):
            days_of(_total(), date)


def test_the_contractors_field_of_real_lines_is_60_nt_off(shared_data: Path) -> None:
    path = shared_data / "usgs_ne_wisconsin_2021" / "WI_Magnetics.csv"
    survey = read_lines(path, crs="EPSG:3071", columns={"tmi": "TMI"})
    with pytest.warns(InputWarning, match=r"own column igrf is (59|60)\.\d nT below"):
        left = without_igrf(survey)
    assert left.data is not None
    own = left.column("igrf of the file") - left.column("igrf")
    assert abs(np.median(own) + 60.0) < 1.0
    # with their field back in its place, the contractor's residual is ours
    residual = left.data[0] - own
    assert np.nanmedian(np.abs(residual - left.column("RMF"))) < 0.1


def test_times_of_a_dataset_are_dates_too() -> None:
    columns = {**_total().columns, "time": np.array(DATES, "datetime64[s]")}
    del columns["date"]
    left = without_igrf(replace(_total(), columns=columns))
    assert left.data is not None
    npt.assert_allclose(left.data, 7.0, atol=1e-9)
