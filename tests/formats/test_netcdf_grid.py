"""Grids of a field in netCDF, read as surveys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from buried_bodies import fitted

from geoinv import InputError, MainField
from geoinv.equivalent_sources.grid import grid_of
from geoinv.equivalent_sources.nodes import nodes_over
from geoinv.formats import collected, convert, describe, read_survey, write_netcdf

FIELD = {"field_inclination": 60.0, "field_declination": 5.0, "field_intensity": 5e4}


def grid_file(folder: Path, coords: dict[str, Any] | None = None, attrs: dict[str, Any] | None = None) -> Path:
    """Two rows of three nodes, the northern first, of tmi and of tmi reduced to the pole."""
    values = np.array([[4.0, 5.0, np.nan], [1.0, 2.0, 3.0]])
    data = xr.Dataset(
        {name: (("northing", "easting"), values * k, {"units": "nT"}) for k, name in enumerate(("tmi", "tmi_pole"), 1)},
        coords={"easting": [500.0, 510.0, 520.0], "northing": [80.0, 70.0], **(coords or {})},
        attrs=FIELD if attrs is None else attrs,
    )
    data.to_netcdf(folder / "a.nc")
    return folder / "a.nc"


@pytest.mark.parametrize("height", [None, 250.0])
def test_a_grid_of_equivalent_sources_is_a_survey_at_its_nodes(tmp_path: Path, height: float | None) -> None:
    sources = fitted()
    nodes = nodes_over(sources.survey, spacing=200.0, distance=90.0, height=height)
    grid = grid_of(sources, nodes, ["tmi", "tilt"])
    write_netcdf(tmp_path / "grid.nc", grid)
    survey = read_survey(tmp_path / "grid.nc")
    assert survey.components == ("tmi",)
    npt.assert_allclose(np.column_stack([survey.easting, survey.northing, survey.upward]), np.stack(nodes.places(), -1))
    npt.assert_array_equal(survey.data, grid["tmi"].values[nodes.kept][None])
    npt.assert_allclose(survey.data, sources.predict(*nodes.places(), ["tmi"]), rtol=1e-4)
    known = sources.survey
    assert (survey.field, survey.anomaly_direction, survey.crs) == (known.field, known.anomaly_direction, known.crs)
    assert "to invert" not in describe(tmp_path / "grid.nc")


def test_rows_from_north_to_south_and_nodes_without_values_are_put_right(tmp_path: Path) -> None:
    with collected() as notes:
        survey = read_survey(grid_file(tmp_path), height=30.0)
    npt.assert_array_equal(survey.data, [[1, 2, 3, 4, 5]])
    npt.assert_array_equal(survey.northing, [70, 70, 70, 80, 80])
    npt.assert_array_equal(survey.easting, [500, 510, 520, 500, 510])
    assert survey.field == MainField(60.0, 5.0, 5e4)
    assert ("field", "as the file of the grid states it") in notes.taken
    assert ("", "1 of 6 nodes without a value are left out") in notes.taken
    assert "wrote 5 stations" in convert(tmp_path / "a.nc", tmp_path / "a.csv", height=30.0)


def test_heights_of_the_nodes_are_those_of_the_file_in_metres(tmp_path: Path) -> None:
    heights = np.arange(6.0).reshape(2, 3)
    coords = {"upward": (("northing", "easting"), heights, {"units": "ft"})}
    survey = read_survey(grid_file(tmp_path, coords))
    npt.assert_allclose(survey.upward, 0.3048 * np.array([3, 4, 5, 0, 1]))
    survey = read_survey(grid_file(tmp_path, {"upward": ((), 100.0, {"units": "m", "positive": "down"})}))
    npt.assert_array_equal(survey.upward, -100.0)
    chosen = {"columns": {"tmi": "tmi_pole"}, "field": MainField(90.0, 0.0, 5e4)}
    npt.assert_array_equal(read_survey(tmp_path / "a.nc", **chosen).upward, -100.0)
    npt.assert_array_equal(read_survey(tmp_path / "a.nc", **chosen, height=7.0).upward, 7.0)


def test_a_field_of_the_user_goes_before_that_of_the_file_and_is_asked_for_at_the_pole(tmp_path: Path) -> None:
    vertical = MainField(90.0, 0.0, 5e4)
    path = grid_file(tmp_path)
    assert read_survey(path, height=1.0, field=vertical).field == vertical
    for chosen in ("tmi_pole", 2):
        with pytest.raises(InputError, match="expects the inducing field beside it"):
            read_survey(path, height=1.0, columns={"tmi": chosen})
        survey = read_survey(path, height=1.0, columns={"tmi": chosen}, field=vertical)
        assert survey.anomaly_direction == (90.0, 0.0)
        npt.assert_array_equal(survey.data, [[2, 4, 6, 8, 10]])


@pytest.mark.parametrize(
    ("coords", "attrs", "sentence"),
    [
        ({}, None, "heights of its nodes beside it"),
        ({"upward": ((), 50.0, {"units": "m", "standard_name": "height"})}, None, "heights of its nodes beside it"),
        ({"upward": ((), 50.0)}, {}, "inducing field beside it"),
        (
            {"upward": ((), 50.0), "northing": [80.0, 80.0]},
            None,
            "different places along northing, got some twice or null",
        ),
        ({"upward": ((), 50.0)}, {**FIELD, "field_intensity": "strong"}, r"a\.nc: .*field_intensity of the grid"),
        ({"upward": ((), 50.0)}, {**FIELD, "field_inclination": 500.0}, r"a\.nc: MainField expects inclination"),
        ({"easting": (("easting",), [1.0, 2.0, 3.0], {"units": "degrees_east"})}, None, "easting"),
    ],
)
def test_what_a_grid_does_not_tell_is_asked_for(
    tmp_path: Path, coords: dict[str, Any], attrs: dict[str, Any] | None, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        read_survey(grid_file(tmp_path, coords, attrs))
