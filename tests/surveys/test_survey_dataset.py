from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr

from geoinv import InputError, MainField, Survey

FIELD = MainField(65.0, 25.0, 50000.0)


def _survey() -> Survey:
    return Survey(
        [0.0, 10.0, 20.0],
        [0.0, 0.0, 0.0],
        [5.0, 5.0, 5.0],
        field=FIELD,
        data=[1.0, 2.0, 3.0],
        crs="EPSG:32633",
        columns={
            "line": [10, 10, 20],
            "remark": ["", "b", "c"],
            "when": np.array(["2021-01-20T01:02:03", "NaT", "2021-01-21"], "datetime64[s]"),
            "radar_height": [30.0, np.nan, 31.0],
        },
    )


def test_columns_are_variables_over_the_stations() -> None:
    data = _survey().to_xarray()
    assert data["radar_height"].attrs == {"long_name": "height above the ground", "units": "m"}
    assert data["line"].dims == ("station",)
    again = Survey.from_xarray(data)
    assert list(again.columns) == ["line", "remark", "when", "radar_height"]
    for name, values in _survey().columns.items():
        npt.assert_array_equal(again.columns[name], values)


def test_columns_follow_the_stations_that_are_selected() -> None:
    some = _survey().select([2, 0])
    assert some.column("line").tolist() == [20, 10]
    assert some.columns["remark"].tolist() == ["c", ""]
    assert some.with_components(("bu",)).column("line").tolist() == [20, 10]


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="a column 'flight', got line, remark, when, radar_height"):
        _survey().column("flight")


def test_variables_of_other_kinds_are_left_out_of_a_survey() -> None:
    data = (
        _survey()
        .to_xarray()
        .assign(
            pair=(("station", "two"), np.zeros((3, 2))),
            odd=("station", np.array([1j, 2, 3])),
            wide=("other", np.zeros(4)),
        )
    )
    assert list(Survey.from_xarray(data).columns) == ["line", "remark", "when", "radar_height"]


def test_whole_numbers_with_a_fill_value_become_numbers_with_nan() -> None:
    data = _survey().to_xarray().assign(count=("station", np.array([1, -5, 3], np.int32), {"_FillValue": np.int32(-5)}))
    assert isinstance(data, xr.Dataset)
    npt.assert_array_equal(Survey.from_xarray(data).columns["count"], [1.0, np.nan, 3.0])
