"""What there is to show in a file or a dataset, and what is refused."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from view_subjects import FIELD, ball, bars, padded_grid, solution, stations, titles

from geoinv import InputError, OctreeGrid, Survey
from geoinv.formats import write_model, write_netcdf, write_survey
from geoinv.meshes.octree_as_tensor import as_tensor
from geoinv.meshes.octree_refinement import Surface, refined
from geoinv.view import figure, view
from geoinv.view import subject as subject_module
from geoinv.view.subject import channels_of, subject_of


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


def blocky_octree():
    """Octree with finest cells of 2 x 5 x 10 m at a surface, and a model of one strong cell in its middle."""
    counts = (16, 32, 32)
    mesh = OctreeGrid(*refined(Surface(12, 6, np.full((6, 6), 13.0)), counts), counts, (2.0, 5.0, 10.0))
    return mesh, np.where(np.arange(mesh.size) == mesh.size // 2, 1.0, 0.01)


def test_an_octree_is_shown_with_all_its_cells_where_there_is_room():
    mesh, values = blocky_octree()
    model = subject_of(mesh.to_xarray(susceptibility=values)).model
    assert model.left_out == ""
    assert model.cells == mesh.size
    npt.assert_array_equal(model.octree[1], values)


@pytest.mark.usefixtures("flat")
def test_what_an_octree_has_no_room_for_is_said(monkeypatch, tmp_path):
    mesh, values = blocky_octree()
    monkeypatch.setattr(subject_module, "as_tensor", lambda mesh, values: as_tensor(mesh, values, 500))
    said = view(mesh.to_xarray(susceptibility=values), tmp_path / "octree.png")
    drawn = subject_of(mesh.to_xarray(susceptibility=values)).model.grid.smallest_width("easting")
    assert drawn > 10.0
    assert f"with cells of {drawn:g} m and more (easting)" in said
    assert "down to 10 m, are left out" in said


def test_a_grid_is_shown_as_data_at_the_nodes_that_have_some(tmp_path):
    values = np.array([[1.0, 2.0, np.nan], [4.0, 5.0, 6.0]])
    dims = ("northing", "easting")
    data = xr.Dataset(
        {"tmi_pole": (dims, values, {"units": "nT"}), "tilt": (dims, -values, {"units": "degree"})},
        {"northing": [200.0, 100.0], "easting": [0.0, 50.0, 100.0]},
    )
    write_netcdf(tmp_path / "grid.nc", data)
    shown = subject_of(tmp_path / "grid.nc")
    assert shown.title == "Grid of 2 x 3 nodes: tmi_pole, tilt."
    assert [channel.label for channel in shown.channels] == ["tmi_pole (nT)", "tilt (degree)"]
    places = {
        tuple(place): value for place, value in zip(shown.stations[:2].T, shown.channels[0].observed, strict=True)
    }
    assert places == {(0.0, 200.0): 1.0, (50.0, 200.0): 2.0, (0.0, 100.0): 4.0, (50.0, 100.0): 5.0, (100.0, 100.0): 6.0}
    with pytest.raises(InputError, match="a value at some node"):
        subject_of(data.where(data["tmi_pole"] > 9.0))


def test_standard_deviations_that_are_none_are_left_out_and_missing_positions_refused():
    data = solution()
    data["tmi_uncertainty"][:3] = [0.0, -1.0, np.nan]
    (channel,) = channels_of(data)
    assert np.isnan(channel.uncertainty).tolist() == [True] * 3 + [False] * 141
    data["tmi_uncertainty"][:] = 0.0
    assert channels_of(data)[0].uncertainty is None
    data["station_easting"][0] = np.nan
    with pytest.raises(InputError, match="view expects finite positions of the data"):
        subject_of(data)
    data["tmi_observed"][:] = np.nan
    assert channels_of(data) == ()


@pytest.mark.parametrize("text", ["1", "{", "[1]", '"a"'])
def test_data_sets_that_are_none_are_refused(text):
    with pytest.raises(InputError, match="view expects data_sets as geoinv joint writes it, got"):
        subject_of(solution().assign_attrs(data_sets=text))
