"""Meshes of commands: octrees from the survey to the picture, and what is said of options and files that do not fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from cli_refusal import refused
from commands import succeed

from geoinv import OctreeGrid
from geoinv.cli import main
from geoinv.formats import read_mesh, read_model, read_survey, write_mesh, write_model

MADE = ["--mesh-kind", "octree", "--cell", "20", "--depth", "160", "--out", "model.nc"]


def octree(**changes) -> OctreeGrid:
    return OctreeGrid.for_survey(read_survey("obs.mag"), **({"cell": 20.0, "depth": 160.0} | changes))


def write_ground(elevation: float, shift: float = 0.0) -> None:
    survey = read_survey("obs.mag")
    middle = np.array([survey.easting.mean() + shift, survey.northing.mean()])
    corners = middle + 3000.0 * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
    np.savetxt("ground.topo", np.column_stack([corners, np.full(4, elevation)]))


def test_an_octree_goes_from_the_survey_to_model_forward_data_info_and_picture(small_survey, capsys):
    survey = read_survey("obs.mag")
    write_ground(float(survey.upward.min()) - 5.0)
    told = succeed(["invert", "obs.mag", *MADE, "--topo", "ground.topo"], capsys)
    mesh = read_mesh("model.nc")
    assert isinstance(mesh, OctreeGrid)
    widest = 20 * int(mesh.width.max())
    made = f"mesh      octree of cubes of 20 to {widest} m made for the survey, {mesh.size} cells, "
    assert made in told
    assert f"{int((mesh.width == 1).sum())} of 20 m near the ground and the stations, box of " in told
    assert "result    target reached" in told
    with xr.open_dataset("model.nc") as data:
        assert data["susceptibility"].dims == ("cell",)
        predicted = data["tmi_predicted"].values
    succeed(["forward", "--mesh", "model.nc", "--model", "model.nc", "--survey", "obs.mag", "--out", "data.nc"], capsys)
    npt.assert_allclose(read_survey("data.nc").data[0], predicted, atol=1e-4 * np.abs(predicted).max())
    assert f"{mesh.size} cells, {int(mesh.active.sum())} active" in succeed(["info", "model.nc"], capsys)
    assert "Wrote model.png" in succeed(["view", "model.nc", "--out", "model.png"], capsys)
    assert Path("model.png").stat().st_size > 10_000


def test_an_octree_of_a_file_is_cut_by_the_topography(small_survey, capsys):
    mesh = octree()
    write_mesh("octree.msh", mesh)
    write_ground(float(read_survey("obs.mag").upward.min()) - 30.0)
    told = succeed(["invert", "obs.mag", "--mesh", "octree.msh", "--topo", "ground.topo", "--out", "model.nc"], capsys)
    assert f"mesh      octree.msh: UBC OcTree mesh, {mesh.size} cells, all active" in told
    ground = np.loadtxt("ground.topo")
    expected = mesh.with_topography(ground)
    npt.assert_array_equal(read_mesh("model.nc").active, expected.active)


def test_a_tensor_mesh_is_made_where_no_kind_is_named_and_its_padding_said(small_survey, capsys):
    told = succeed(["invert", "obs.mag", "--cell", "20", "--depth", "160", "--out", "model.nc"], capsys)
    assert "mesh      cubes of 20 m made for the survey, " in told
    assert "padded sideways by cells 1 2 2 3 times as wide, 160 m on each side" in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--mesh", "octree.msh", "--mesh-kind", "octree", "--out", "out.nc"], "--mesh-kind expects --cell SIZE"),
        (["--mesh-kind", "octree", "--out", "out.nc"], "--mesh FILE or --cell SIZE"),
        (["--mesh-kind", "hexagons", "--cell", "20", "--depth", "90", "--out", "out.nc"], "hexagons"),
    ],
)
def test_options_that_name_no_mesh_are_refused(small_survey, capsys, arguments, words):
    assert main(["invert", "obs.mag", *arguments]) != 0
    assert words in capsys.readouterr().err


def test_octrees_that_do_not_fit_are_refused_in_one_sentence(small_survey, capsys):
    mesh, survey = octree(), read_survey("obs.mag")
    write_mesh("octree.msh", mesh)
    write_model("model.sus", mesh, np.zeros(mesh.size))
    invert = ["invert", "obs.mag", "--mesh", "octree.msh", "--out", "out.nc"]
    folder = Path.cwd()

    write_ground(0.0, shift=1e5)
    assert "the mesh expects topography over it" in refused([*invert, "--topo", "ground.topo"], capsys, folder)
    write_ground(-9000.0)
    assert "its lowest cell centre, got elevations -9000" in refused([*invert, "--topo", "ground.topo"], capsys, folder)
    write_ground(float(survey.upward.max()) + 500.0)
    assert "expects stations above the ground" in refused([*invert, "--topo", "ground.topo"], capsys, folder)

    empty = mesh.with_active(np.zeros(mesh.size, bool))
    write_mesh("empty.nc", empty)
    sentence = refused(["invert", "obs.mag", "--mesh", "empty.nc", "--out", "out.nc"], capsys, folder)
    assert f"empty.nc expects a mesh with active cells, got none of {mesh.size}; give" in sentence

    other = octree(cell=25.0)
    write_mesh("other.msh", other)
    forward = ["forward", "--mesh", "other.msh", "--model", "model.sus", "--survey", "obs.mag", "--out", "out.nc"]
    assert f"expects {other.size} values, one for each of the {other.size} cells" in refused(forward, capsys, folder)
    reference = [*invert[:3], "other.msh", "--reference", "model.sus", "--out", "out.nc"]
    assert f"expects {other.size} values" in refused(reference, capsys, folder)

    lines = Path("octree.msh").read_text().splitlines()
    Path("cut.msh").write_text("\n".join(lines[:-3]) + "\n")
    cut = ["invert", "obs.mag", "--mesh", "cut.msh", "--out", "out.nc"]
    assert f"expects {mesh.size} rows of cells, as line 4 says, got {mesh.size - 3}" in refused(cut, capsys, folder)
    assert "cells" in refused(["invert", "obs.mag", *MADE[:3], "1e-4", *MADE[4:]], capsys, folder)


def test_a_model_on_an_octree_is_read_for_its_own_cells_only(small_survey):
    mesh = octree()
    write_model("model.nc", mesh, np.arange(mesh.size) / mesh.size)
    npt.assert_array_equal(read_model("model.nc", mesh), np.arange(mesh.size) / mesh.size)
