"""Grids as CF Datasets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.testing as npt
import xarray as xr
from buried_bodies import fitted

from geoinv.equivalent_sources.grid import grid_of
from geoinv.equivalent_sources.nodes import nodes_over
from geoinv.formats import recognise, write_netcdf


def test_a_grid_holds_what_is_predicted_with_its_heights_and_units(tmp_path):
    sources = fitted()
    nodes = nodes_over(sources.survey, spacing=100.0, distance=90.0)
    write_netcdf(tmp_path / "grid.nc", grid_of(sources, nodes, ["tmi", "tilt"], provenance={"history": "by hand"}))
    assert recognise(tmp_path / "grid.nc").name.startswith("netCDF grid of tmi (nT)")
    with xr.open_dataset(tmp_path / "grid.nc") as data:
        assert data["tmi"].dims == ("northing", "easting")
        assert data["tmi"].attrs["units"] == "nT"
        assert data["tilt"].attrs["units"] == "degree"
        assert data["easting"].attrs["standard_name"] == "projection_x_coordinate"
        assert data.attrs["history"] == "by hand"
        assert data.attrs["chi2_per_datum"] == sources.solution.chi2_per_datum
        place = {"northing": 700.0, "easting": 800.0}
        one = data.sel(place)
        npt.assert_allclose(one["tmi"], sources.predict(800.0, 700.0, float(one["upward"]))[0], rtol=1e-4)
        assert np.isnan(data["tmi"].values[~nodes.kept]).all()
        assert np.isfinite(data["tmi"].values[nodes.kept]).all()


def test_a_level_grid_has_one_height_and_the_crs_is_a_grid_mapping():
    sources = fitted("gz")
    nodes = nodes_over(sources.survey, spacing=200.0, distance=90.0, height=150.0)
    named = replace(sources.survey, crs="EPSG:32616")
    known = sources.survey
    try:
        sources.survey = named
        grid = grid_of(sources, nodes)
    finally:
        sources.survey = known
    assert grid["upward"].ndim == 0
    assert float(grid["upward"]) == 150.0
    assert grid["gz"].attrs["grid_mapping"] == "crs"
    assert grid["crs"].attrs["spatial_ref"] == "EPSG:32616"
