from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError
from geoinv.preparation.igrf import angles_of, igrf, model_range


def _middle_of_year(year: int) -> np.datetime64:
    return np.datetime64(f"{year}-07-02")


@pytest.mark.parametrize(
    ("year", "inclination", "declination", "north", "east", "down", "total"),
    [
        # at 59.9 N, 39.9 E and sea level, by the program of the British Geological Survey; coefficients of years before
        # 1945 have never been revised
        (1900, 71.01, 5.55, 16568, 1610, 48357, 51142),
        (1901, 71.01, 5.62, 16556, 1629, 48341, 51124),
        (1902, 71.02, 5.68, 16546, 1646, 48326, 51106),
    ],
)
def test_the_field_is_that_of_published_tables(
    year: int, inclination: float, declination: float, north: int, east: int, down: int, total: int
) -> None:
    e, n, u = igrf([39.9], [59.9], [0.0], _middle_of_year(year))
    npt.assert_allclose([n[0], e[0], -u[0]], [north, east, down], atol=3.0)
    i, d, f = angles_of(e, n, u)
    npt.assert_allclose([i[0], d[0]], [inclination, declination], atol=0.01)
    npt.assert_allclose(f, total, atol=2.0)


def test_each_station_has_the_field_of_its_own_day() -> None:
    ppigrf = pytest.importorskip("ppigrf")
    random = np.random.default_rng(4)
    days = np.datetime64("2012-01-01") + random.integers(0, 4000, 60).astype("timedelta64[D]")
    lon, lat, height = random.uniform(-180, 180, 60), random.uniform(-80, 80, 60), random.uniform(0, 3000, 60)
    found = np.stack(igrf(lon, lat, height, days))
    for k in range(60):
        moment = days[k].astype("datetime64[ms]").item()
        alone = ppigrf.igrf(lon[k], lat[k], height[k] / 1000.0, moment)
        npt.assert_allclose(found[:, k], [float(np.ravel(part)[0]) for part in alone], rtol=0, atol=1e-6)


def test_dates_outside_the_model_are_rejected() -> None:
    first, last = model_range()
    assert (str(first), str(last)) == ("1900-01-01", "2030-01-01")
    igrf([0.0], [0.0], [0.0], first)
    igrf([0.0], [0.0], [0.0], last)
    for day in ("1899-12-31", "2030-01-02"):
        with pytest.raises(InputError, match=f"dates from 1900-01-01 to 2030-01-01, got {day} at 1 of 1 stations"):
            igrf([0.0], [0.0], [0.0], np.datetime64(day))
    with pytest.raises(InputError, match="the date of each station, got none at 1 of 2"):
        igrf([0.0, 1.0], [0.0, 0.0], [0.0, 0.0], np.array(["NaT", "2020-01-01"], "datetime64[D]"))


def test_places_that_are_none_on_earth_are_rejected() -> None:
    with pytest.raises(InputError, match=r"got 500000 and 6\.2e\+06 at station 0"):
        igrf([500000.0], [6200000.0], [0.0], np.datetime64("2020-01-01"))


def test_the_pole_has_a_field() -> None:
    field = np.stack(igrf([0.0], [90.0], [0.0], np.datetime64("2020-01-01")))
    assert np.isfinite(field).all()
    assert 55_000 < np.linalg.norm(field) < 58_000
