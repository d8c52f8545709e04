"""Cells, stations and surfaces of xarray by the CF conventions, written by hand."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr

from geoinv import InputError, MainField, Survey
from geoinv.conventions import cf

EDGES = np.array([0.0, 10.0, 30.0, 60.0])
CENTRES = [5.0, 20.0, 45.0]


def axis_of(values: object, **coordinates: object) -> xr.Dataset:
    return xr.Dataset(coords={"easting": ("easting", values, {"units": "m"}), **coordinates})


def test_edges_follow_from_bounds_from_widths_and_from_equal_spacing() -> None:
    bounds = np.column_stack([EDGES[:-1], EDGES[1:]])
    for order in (slice(None), slice(None, None, -1)):
        centres = np.array(CENTRES)[order]
        by_bounds = axis_of(centres, easting_bounds=(("easting", "side"), bounds[order]))
        npt.assert_array_equal(cf.cell_edges(by_bounds, "easting"), EDGES)
        by_width = axis_of(centres, easting_width=("easting", np.diff(EDGES)[order]))
        npt.assert_array_equal(cf.cell_edges(by_width, "easting"), EDGES)
    npt.assert_array_equal(cf.cell_edges(axis_of([15.0, 5.0, 25.0][1:]), "easting"), [-5.0, 15.0, 35.0])
    again = xr.Dataset(coords=cf.cell_coordinates({"easting": EDGES}))
    npt.assert_array_equal(cf.cell_edges(again, "easting"), EDGES)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (axis_of(CENTRES), r"got centres alone, 3 with spacings 15 to 25 m; add the bounds"),
        (axis_of([5.0]), r"got centres alone, one; add the bounds"),
        (axis_of([0.0, 2.0, 1.0]), r"expected easting in order, each coordinate once, got 2 before 1"),
        (axis_of([0.0, np.nan, 1.0]), r"expected a number in every easting, got 1 of 3 without one"),
        (axis_of([]), r"got an empty axis"),
        (axis_of(CENTRES, easting_width=("easting", [10.0, 10.0, 30.0])), r"touch, got a gap or overlap of 5 m"),
        (axis_of(CENTRES, easting_bounds=(("easting", "side"), np.zeros((3, 1)))), r"of shape \(3, 2\).*got \(3, 1\)"),
        (
            axis_of([5.0, 31.0], easting_bounds=(("easting", "side"), [[0.0, 10.0], [10.0, 30.0]])),
            r"each easting inside its cell, got 31 for the cell from 10 to 30 m",
        ),
    ],
)
def test_an_axis_that_tells_no_cells_is_rejected(data: xr.Dataset, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        cf.cell_edges(data, "easting")


def test_cell_values_follow_their_axes_in_any_order_and_direction() -> None:
    values = np.arange(12.0).reshape(2, 2, 3)
    axes = {"upward": [-5.0, -15.0], "northing": [0.0, 1.0], "easting": [0.0, 1.0, 2.0]}
    data = xr.Dataset({"a": (("upward", "northing", "easting"), values)}, coords=axes)
    npt.assert_array_equal(cf.cell_values(data, data["a"]).values, values[::-1])
    npt.assert_array_equal(cf.cell_values(data, data["a"].transpose()).values, values[::-1])
    with pytest.raises(InputError, match=r"expected a over \(upward, northing, easting\), got it over \(northing, eas"):
        cf.cell_values(data, data["a"][0])


def test_uncertainties_without_units_have_those_of_their_datum() -> None:
    at = {"easting": ("station", [0.0, 1.0]), "northing": ("station", [0.0, 1.0]), "upward": ("station", [2.0, 2.0])}
    data = xr.Dataset(
        {**at, "tmi": ("station", [1e-7, 2e-7], {"units": "T"}), "tmi_uncertainty": ("station", [1e-9] * 2)}
    )
    columns = cf.station_columns(data, ("tmi", "bu"))
    npt.assert_allclose(columns["tmi"].values, [100.0, 200.0], rtol=1e-12)
    npt.assert_allclose(columns["tmi_uncertainty"].values, [1.0, 1.0], rtol=1e-12)
    assert "bu" not in columns
    with pytest.raises(InputError, match=r"expected tmi over station, got it over line; write one value a station"):
        cf.station_columns(data.assign(tmi=("line", [1.0])), ("tmi",))


def test_nodes_without_elevation_are_no_points() -> None:
    heights = xr.DataArray(
        [[1.0, np.nan], [3.0, 4.0]], {"northing": [10.0, 0.0], "easting": [7.0, 9.0]}, ("northing", "easting")
    )
    npt.assert_array_equal(cf.surface_points(heights), [[7.0, 0.0, 3.0], [9.0, 0.0, 4.0], [7.0, 10.0, 1.0]])


def test_names_tell_dimension_and_unit() -> None:
    assert (cf.dimension_of("tmi_uncertainty"), cf.project_units("tmi_uncertainty")) == ("magnetic field", "nT")
    assert (cf.dimension_of("upward"), cf.project_units("northing")) == ("length", "m")
    assert (cf.dimension_of("colour"), cf.project_units("colour")) == (None, "")


@pytest.mark.parametrize("crs", ["EPSG:26917", 'PROJCRS["any"]', None])
def test_a_coordinate_system_comes_back(crs: str | None) -> None:
    data = cf.with_crs(xr.Dataset({"a": ("x", [1.0])}), crs)
    assert cf.crs_of(data) == crs
    assert data["a"].attrs.get("grid_mapping") == (None if crs is None else "crs")


def test_a_survey_without_a_field_has_no_attributes_of_one() -> None:
    assert cf.field_attributes(Survey([0.0], [0.0], [0.0], components=("gz",))) == {}
    magnetic = Survey([0.0], [0.0], [0.0], field=MainField(60.0, 10.0, 50000.0), anomaly_direction=(45.0, 5.0))
    found = cf.field_attributes(magnetic)
    assert (found["field_intensity"], found["anomaly_inclination"], found["anomaly_declination"]) == (
        50000.0,
        45.0,
        5.0,
    )
