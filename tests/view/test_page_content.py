"""What a page holds, against the Dataset that it comes from."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from view_subjects import ball, padded_grid, solution

from geoinv import InputError
from geoinv.view import page_content
from geoinv.view.page_content import content_of_page
from geoinv.view.subject import subject_of


def content(data):
    return content_of_page(subject_of(data), data, "a.nc")


def test_data_ground_and_limits_are_those_of_the_solution():
    data = solution()
    data = data.assign_coords(station_line=("station", np.arange(data.sizes["station"]) // 12))
    header, arrays = content(data)
    east, _, up = header["centre"]
    npt.assert_allclose(arrays["stations"][:, 0] + east, data["station_easting"], atol=0.01)
    assert [one["name"] for one in header["channels"]] == [
        "observed TMI",
        "predicted TMI",
        "observed \N{MINUS SIGN} predicted TMI",
        "residual of TMI / standard deviation",
    ]
    npt.assert_allclose(arrays["data_3"], (data["tmi_observed"] - data["tmi_predicted"]) / 2.0, atol=1e-6)
    limits = [(one["low"], one["high"]) for one in header["channels"]]
    assert limits[0] == limits[1]
    assert limits[2] == pytest.approx((-4.0, 4.0))
    assert header["lines"]["names"][arrays["line"][13]] == "1"
    # one level of the eastern half is air
    columns = arrays["ground_easting"] + east < padded_grid().easting[8]
    assert set(np.unique(arrays["ground"][:, columns] + up)) == {80.0}
    assert set(np.unique(arrays["ground"][:, ~columns] + up)) == {120.0}
    middle = [start + shift for start, shift in zip(header["cut"], header["centre"], strict=True)]
    npt.assert_allclose(middle, [460_800.0, 7_132_950.0, -20.0], atol=130.0)  # inside the ball


def test_the_page_says_where_it_comes_from():
    data = solution()
    data.attrs.update(history="geoinv invert\x07 a.mag", field_inclination=65.0, field_declination=25.0)
    told = dict(content(data).header["provenance"])
    assert told["file"] == "a.nc"
    assert told["command"] == "geoinv invert\\x07 a.mag"
    assert told["coordinate system"] == "not stated"


def test_drill_holes_are_pieces_of_line():
    grid = padded_grid()
    data = grid.to_xarray(density=ball(grid))
    for axis, values in (("easting", [1.0, 1.0, 5.0]), ("northing", [2.0] * 3), ("upward", [0.0, -9.0, -20.0])):
        data[f"hole_{axis}"] = ("hole_point", np.array(values), {"units": "m"})
    data["hole_number"] = ("hole_point", np.ones(3, np.int32))
    header, arrays = content(data)
    npt.assert_allclose(arrays["holes"][1].reshape(2, 3) + header["centre"], [[1, 2, -9], [5, 2, -20]], atol=1.0)


def test_more_than_a_page_holds_is_refused(monkeypatch):
    monkeypatch.setattr(page_content, "MOST_NUMBERS", 2000)
    grid = padded_grid()
    with pytest.raises(InputError, match=r"at most 2,000 values, got 2 models of"):
        content(grid.to_xarray(density=ball(grid), susceptibility=ball(grid)))
    monkeypatch.setattr(page_content, "_MOST_STATIONS", 10)
    with pytest.raises(InputError, match="a page expects at most 10 stations, got 144"):
        content(solution())
