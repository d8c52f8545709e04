"""What there is to show in a file or a dataset, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from view_subjects import FIELD, ball, bars, padded_grid, solution, stations, titles

from geoinv import InputError, Survey
from geoinv.formats import write_model, write_netcdf, write_survey
from geoinv.view import figure


def test_a_survey_without_data_shows_where_the_stations_are(tmp_path):
    easting, northing, upward = stations()
    write_survey(tmp_path / "where.obs", Survey(easting, northing, upward, field=FIELD))
    drawn = figure(tmp_path / "where.obs")
    assert bars(drawn) == ["station elevation (m)"]


def test_a_table_needs_no_field_to_be_shown(tmp_path):
    easting, northing, upward = stations()
    write_survey(tmp_path / "data.csv", Survey(easting, northing, upward, field=FIELD, data=np.arange(144.0)))
    assert bars(figure(tmp_path / "data.csv")) == ["TMI (nT)"]


@pytest.mark.usefixtures("flat")
def test_files_show_the_same_as_datasets(tmp_path):
    write_netcdf(tmp_path / "solution.nc", solution())
    assert titles(figure(tmp_path / "solution.nc")) == titles(figure(solution()))


def test_a_model_without_its_mesh_says_how_to_join_them(tmp_path):
    grid = padded_grid()
    write_model(tmp_path / "body.sus", grid, ball(grid))
    with pytest.raises(
        InputError, match=r"body\.sus expects something to show, got UBC model; .*geoinv\.formats\.convert\(.*mesh="
    ):
        figure(tmp_path / "body.sus")


def test_a_dataset_with_nothing_to_show_is_refused():
    with pytest.raises(InputError, match=r"view expects a model .* or data over station, got variables"):
        figure(padded_grid().to_xarray())


def test_a_model_of_nothing_but_nan_is_refused():
    grid = padded_grid()
    with pytest.raises(InputError, match="got none in susceptibility"):
        figure(grid.to_xarray(susceptibility=np.full(grid.shape, np.nan)))


def test_stations_beside_the_grid_are_refused():
    data = solution()
    data["station_easting"] = data["station_easting"] - 400_000.0
    with pytest.raises(InputError, match=r"view expects stations above the grid, got easting .* one coordinate system"):
        figure(data)
