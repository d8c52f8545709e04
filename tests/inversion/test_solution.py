"""A solution in a file: inactive cells, components, no mesh."""

from __future__ import annotations

import json

import numpy as np
import numpy.testing as npt
import xarray as xr
from small_inversions import buried_cube, small_matrix

import geoinv
from geoinv.formats import write_netcdf
from geoinv.operators import Magnetics


def test_inactive_cells_are_zero_in_the_model_and_nan_in_the_file(tmp_path):
    A, data, _ = buried_cube()
    active = np.ones(A.grid.shape, bool)
    active[-1, :, :3] = False
    B = Magnetics(A.grid.with_active(active), A.survey)
    solution = geoinv.invert(B, data, 1.0, bounds=(0, np.inf))
    assert (solution.model[~active] == 0.0).all()
    write_netcdf(tmp_path / "model.nc", solution.to_xarray({"command": "test"}))
    with xr.open_dataset(tmp_path / "model.nc") as file:
        npt.assert_array_equal(np.isnan(file.susceptibility), ~active)
        npt.assert_array_equal(file.tmi_predicted, solution.predicted[0])
        npt.assert_array_equal(file.tmi_observed, data[0])
        assert file.attrs["chi2_per_datum"] == solution.chi2_per_datum
        assert file.attrs["command"] == "test"
        assert json.loads(file.attrs["settings"])["target"] == 1.0
        assert file.attrs["status"] == solution.status
        assert len(file.attrs["data_sha256"]) == 64
        assert geoinv.Grid.from_xarray(file).active.sum() == active.sum()


def test_magnetization_is_written_by_component():
    A, data, _ = buried_cube()
    B = Magnetics(A.grid, A.survey, unknown="magnetization")
    result = geoinv.invert(B, data, 1.0).to_xarray()
    assert result.magnetization_upward.dims == ("upward", "northing", "easting")
    assert result.magnetization_upward.attrs["units"] == "A m-1"


def test_a_solution_without_a_grid_is_written_too():
    result = geoinv.invert(small_matrix(), np.ones(12), 0.1, geoinv.Smooth(weighting=None)).to_xarray()
    assert result.model.shape == (20,)
    assert result.data_predicted.shape == (12,)
