from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError, MainField, Survey
from geoinv.core.checks import InputWarning
from geoinv.formats import write_survey
from geoinv.preparation.coordinates import system
from geoinv.preparation.raw_lines import read_lines

FIELD = MainField(65.0, 25.0, 50000.0)
LON, LAT = np.array([14.99, 15.0, 15.01]), np.array([52.0, 52.0, 52.001])
UTM = system("EPSG:4326", "crs").converted(system("EPSG:32633", "crs"), LON, LAT)


def _written(folder: Path, header: str, *columns: object, tail: str = "120,50000") -> Path:
    path = folder / "raw.csv"
    rows = [",".join(f"{float(one)!r}" for one in row) for row in zip(*columns, strict=True)]  # type: ignore[call-overload]
    path.write_text(f"{header}\n" + "".join(f"{row},{tail}\n" for row in rows))
    return path


def test_degrees_become_metres_of_their_zone(tmp_path: Path) -> None:
    path = _written(tmp_path, "lon,lat,alt,tmi", LON, LAT)
    survey = read_lines(path, crs="EPSG:4326", field=FIELD)
    assert survey.crs == "EPSG:32633"
    npt.assert_allclose(survey.easting, UTM[0], atol=1e-6)
    npt.assert_allclose(survey.northing, UTM[1], atol=1e-6)
    npt.assert_array_equal(survey.column("longitude"), LON)
    other = read_lines(path, crs="EPSG:4326", to_crs="EPSG:32632", field=FIELD)
    assert other.crs == "EPSG:32632"
    npt.assert_allclose(np.ravel(system("EPSG:32632", "crs").geographic(other.easting, other.northing)), [*LON, *LAT])


def test_degrees_may_stand_in_columns_of_other_names(tmp_path: Path) -> None:
    path = _written(tmp_path, "x,y,alt,tmi", LON, LAT)
    survey = read_lines(path, crs="EPSG:4326", field=FIELD, columns={"longitude": "x", "latitude": "y"})
    npt.assert_allclose(survey.easting, UTM[0], atol=1e-6)


@pytest.mark.parametrize("header", ["x,y,alt,tmi", "x (US survey foot),y (US survey foot),alt,tmi"])
def test_feet_become_metres_whether_the_file_says_so_or_not(tmp_path: Path, header: str) -> None:
    zone = system("EPSG:2264", "crs")
    lon, lat = np.array([-79.0, -78.99]), np.array([35.0, 35.01])
    metres = system("EPSG:4326", "crs").converted(zone, lon, lat)
    survey = read_lines(
        _written(tmp_path, header, *(part * 3937.0 / 1200.0 for part in metres)), crs="EPSG:2264", field=FIELD
    )
    assert survey.crs == "EPSG:32617"
    npt.assert_allclose(survey.column("longitude"), lon, atol=1e-9)
    npt.assert_allclose(survey.column("latitude"), lat, atol=1e-9)


def test_the_field_follows_from_place_and_date(tmp_path: Path) -> None:
    path = _written(tmp_path, "easting,northing,alt,tmi", *UTM)
    survey = read_lines(path, crs="EPSG:32633", date="2020-01-01")
    assert survey.field is not None
    assert abs(survey.field.intensity - 49700.0) < 300.0
    with pytest.raises(InputError, match=r"which has none; give field=MainField\(\.\.\.\), or date='YYYY-MM-DD', from"):
        read_lines(path, crs="EPSG:32633")
    with pytest.raises(InputError, match=r"or date='YYYY-MM-DD' and crs=\.\.\., from"):
        read_lines(path)


def test_positions_in_another_system_than_the_longitudes_beside_them_are_rejected(tmp_path: Path) -> None:
    path = _written(tmp_path, "easting,northing,lon,lat,alt,tmi", *UTM, LON, LAT)
    assert read_lines(path, crs="EPSG:32633", field=FIELD).crs == "EPSG:32633"
    with pytest.raises(InputError, match=r"agree with its own longitudes and latitudes, got them \d+ m apart"):
        read_lines(path, crs="EPSG:32634", field=FIELD)


def test_a_station_away_from_its_own_longitude_is_doubted(tmp_path: Path) -> None:
    path = _written(tmp_path, "easting,northing,lon,lat,alt,tmi", *UTM, LON + np.array([0.0, 0.0, 0.02]), LAT)
    with pytest.warns(InputWarning, match="1 of 3 stations lie more than 250 m from the file's own"):
        read_lines(path, crs="EPSG:32633", field=FIELD)


def test_degrees_under_a_projected_system_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="longitudes and latitudes"):
        read_lines(_written(tmp_path, "lon,lat,alt,tmi", LON, LAT), crs="EPSG:32633", field=FIELD)
    with pytest.raises(InputError, match="metres"):
        read_lines(_written(tmp_path, "x,y,alt,tmi", LON, LAT), crs="EPSG:32633", field=FIELD)


def test_metres_under_a_system_in_degrees_are_rejected(tmp_path: Path) -> None:
    path = _written(tmp_path, "x,y,alt,tmi", *UTM)
    with pytest.raises(InputError, match="a column of longitude in degrees, got x, y"):
        read_lines(path, crs="EPSG:4326", field=FIELD)
    with pytest.raises(InputError, match="expects positions in its area"):
        read_lines(path, crs="EPSG:4326", field=FIELD, columns={"longitude": "x", "latitude": "y"})
    survey = Survey(*UTM, np.full(3, 5.0), field=FIELD, data=[1.0, 2.0, 3.0])
    write_survey(tmp_path / "a.obs", survey)
    with pytest.raises(InputError, match="a table where positions are longitudes and latitudes"):
        read_lines(tmp_path / "a.obs", crs="EPSG:4326")


def test_a_system_is_needed_to_convert_from(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"to_crs expects to know the coordinate system that .* give it with crs="):
        read_lines(_written(tmp_path, "x,y,alt,tmi", *UTM), to_crs="EPSG:32632", field=FIELD)


def test_a_file_that_knows_its_system_keeps_it(tmp_path: Path) -> None:
    survey = Survey(*UTM, np.full(3, 5.0), field=FIELD, data=[1.0, 2.0, 3.0], crs="EPSG:32633")
    path = tmp_path / "a.nc"
    write_survey(path, survey)
    assert read_lines(path).crs == "EPSG:32633"
    npt.assert_allclose(read_lines(path).column("longitude"), LON, atol=1e-9)
    assert read_lines(path, to_crs="EPSG:32632").crs == "EPSG:32632"
    assert read_lines(path, crs="EPSG:32633").crs == "EPSG:32633"
    with pytest.raises(InputError, match="which says EPSG:32633, got EPSG:32632"):
        read_lines(path, crs="EPSG:32632")


def test_gravity_needs_no_field(tmp_path: Path) -> None:
    path = _written(tmp_path, "x,y,alt,gz", *UTM, tail="120,5.5")
    assert read_lines(path, crs="EPSG:32633").field is None


def test_an_old_datum_beside_new_longitudes_is_doubted(tmp_path: Path) -> None:
    zone = system("EPSG:26910", "crs")
    lon, lat = np.array([-124.0, -123.99]), np.array([55.1, 55.1])
    easting, northing = system("EPSG:4269", "crs").converted(zone, lon, lat)
    path = _written(tmp_path, "easting,northing,lon,lat,alt,tmi", easting, northing - 200.0, lon, lat)
    with pytest.warns(InputWarning, match=r"positions lie 199\.\d m from the file's own .* \(NAD27 and NAD83\)"):
        read_lines(path, crs="EPSG:26910", field=FIELD)


def test_metres_that_are_none_on_the_ground_are_doubted(tmp_path: Path) -> None:
    path = _written(tmp_path, "lon,lat,alt,tmi", LON, LAT)
    # the system of web maps stretches by 1 / cos 52
    with pytest.warns(InputWarning, match=r"a metre of EPSG:3857 is 0\.61\d* m on the ground there"):
        read_lines(path, crs="EPSG:4326", to_crs="EPSG:3857", field=FIELD)
