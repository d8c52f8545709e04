from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError, Survey
from geoinv.preparation.coordinates import converted, geographic, metric_near, projection_of, system


def test_positions_are_those_of_known_places() -> None:
    # the Eiffel tower in UTM 31N and the CN tower in 17N, from their published coordinates
    for code, lon, lat, easting, northing in (
        ("EPSG:32631", 2.2945, 48.8582, 448251.8, 5411932.7),
        ("EPSG:32617", -79.387139, 43.642567, 630084.3, 4833438.5),
    ):
        found = system("EPSG:4326", "crs").converted(system(code, "crs"), np.array([lon]), np.array([lat]))
        npt.assert_allclose([found[0][0], found[1][0]], [easting, northing], atol=1.0)
        back = system(code, "crs").geographic(*found)
        npt.assert_allclose([back[0][0], back[1][0]], [lon, lat], atol=1e-8)


def test_the_origin_of_a_zone_is_exact() -> None:
    easting, northing = system("EPSG:4326", "crs").converted(system("EPSG:32633", "crs"), np.array([15.0]), np.zeros(1))
    npt.assert_allclose([easting[0], northing[0]], [500000.0, 0.0], atol=1e-6)


def test_feet_become_metres() -> None:
    source = system("EPSG:2264", "crs")
    projection, conversion = projection_of(source, None)
    assert projection.unit is not None
    npt.assert_allclose(projection.unit.factor, 1200.0 / 3937.0, rtol=1e-12)
    # the false origin of North Carolina: 2,000,000 ft east of it on its central meridian
    metres = np.array([2_000_000.0 * 1200.0 / 3937.0]), np.array([600_000.0 * 1200.0 / 3937.0])
    lon, _ = source.geographic(*metres)
    npt.assert_allclose(lon, -79.0, atol=1e-4)
    projection.convert(*metres)
    assert conversion.target is not None
    assert conversion.target.code == "EPSG:32617"


def test_the_zone_of_utm_is_that_of_the_middle() -> None:
    assert metric_near(np.array([-70.5]), np.array([-36.0])).code == "EPSG:32719"
    assert metric_near(np.array([180.0]), np.array([1.0])).code == "EPSG:32601"
    assert metric_near(np.array([179.9]), np.array([1.0])).code == "EPSG:32660"


def test_convergence_is_the_turn_of_the_northing_axis() -> None:
    pyproj = pytest.importorskip("pyproj")
    zone = system("EPSG:32633", "crs")
    lon, lat = zone.geographic(np.array([700000.0, 700000.0]), np.array([6000000.0, 6001000.0]))
    azimuth = pyproj.Geod(ellps="WGS84").inv(lon[0], lat[0], lon[1], lat[1])[0]
    npt.assert_allclose(zone.convergence(lon[0], lat[0]), azimuth, atol=0.01)
    assert azimuth > 1.0


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("EPSG:999999", "by its code, as in EPSG:32633, got 'EPSG:999999'"),
        ("", "got ''"),
        ("EPSG:5703", "horizontal coordinate system"),
        ("EPSG:4978", "horizontal coordinate system"),
    ],
)
def test_a_code_that_is_none_is_rejected(code: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        system(code, "--crs")


def test_a_number_is_one_of_epsg() -> None:
    assert system("32633", "crs").code == "EPSG:32633"


def test_a_target_far_from_the_stations_is_rejected() -> None:
    with pytest.raises(InputError, match=r"EPSG:32650 .* expects positions in its area"):
        system("EPSG:4326", "crs").converted(system("EPSG:32650", "crs"), np.array([15.0]), np.array([50.0]))


def test_a_compound_system_is_taken_for_its_plane() -> None:
    assert system("EPSG:32633+5773", "crs").code == "EPSG:32633"


@pytest.mark.parametrize("code", ["EPSG:4326", "EPSG:2264"])
def test_a_target_that_is_not_in_metres_is_rejected(code: str) -> None:
    with pytest.raises(InputError, match="to_crs expects a projected system in metres"):
        projection_of(system("EPSG:32633", "crs"), system(code, "crs"))


def test_positions_outside_the_area_of_a_system_are_in_another_one() -> None:
    with pytest.raises(InputError, match=r"EPSG:3071 .* expects positions in its area, got 500000, 6200000, at"):
        system("EPSG:3071", "crs").geographic(np.array([500000.0]), np.array([6200000.0]))
    with pytest.raises(InputError, match="expects positions in its area"):
        system("EPSG:4326", "crs").geographic(np.array([500000.0]), np.array([6200000.0]))


def test_a_survey_moves_and_says_so() -> None:
    survey = Survey([500000.0, 500100.0], [5e6, 5e6], [5.0, 5.0], components=("gz",), crs="EPSG:32633")
    moved = converted(survey, "EPSG:32632")
    assert moved.crs == "EPSG:32632"
    assert moved.attributes is not None
    assert "2 stations from EPSG:32633" in moved.attributes["preparation"]
    back = converted(moved, "EPSG:32633")
    npt.assert_allclose(back.easting, survey.easting, atol=1e-3)
    with pytest.raises(InputError, match="expects a coordinate system to be converted from"):
        converted(replace(survey, crs=None), "EPSG:32632")


def test_places_are_known_by_the_system_or_by_columns() -> None:
    survey = Survey([5e5], [0.0], [5.0], components=("gz",), columns={"longitude": [1.0], "latitude": [2.0]})
    places = geographic(survey)
    assert places is not None
    npt.assert_array_equal(np.ravel(places), [1.0, 2.0])
    by_system = geographic(replace(survey, crs="EPSG:32633"))
    assert by_system is not None
    npt.assert_allclose(np.ravel(by_system), [15.0, 0.0], atol=1e-9)
    assert geographic(replace(survey, columns={})) is None


def test_stations_on_both_sides_of_the_date_line_share_a_zone() -> None:
    assert metric_near(np.array([179.8, -179.9, 179.9, -179.95]), np.array([1.0] * 4)).code == "EPSG:32660"
