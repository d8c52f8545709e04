"""The Dataset of a file."""

from __future__ import annotations

import pytest
from view_subjects import solution

from geoinv import InputError
from geoinv.formats import netcdf_grid, netcdf_model, surfer
from geoinv.view.opened import opened, shown_as_survey


def test_a_dataset_is_given_back_and_a_file_is_opened(tmp_path):
    data = solution()
    with opened(data) as found:
        assert found is data
    data.to_netcdf(tmp_path / "a.nc")
    with opened(tmp_path / "a.nc") as found:
        assert set(found.data_vars) == set(data.data_vars)


def test_a_file_without_one_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("easting,northing,upward,tmi\n0,0,0,1\n1,0,0,2\n")
    with pytest.raises(InputError, match=r"a\.csv expects a solution, got"):
        opened(tmp_path / "a.csv")


def test_a_file_of_grids_is_shown_as_a_survey_where_one_of_them_is_named():
    assert not shown_as_survey(netcdf_grid.FORMAT, None)
    assert shown_as_survey(netcdf_grid.FORMAT, {"tmi": 1})
    assert shown_as_survey(surfer.FORMAT, None)
    assert not shown_as_survey(netcdf_model.MODEL, None)
