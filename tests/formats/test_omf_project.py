"""OMF projects, read again by the format's own library."""

from __future__ import annotations

import sys

import numpy as np
import numpy.testing as npt
import pytest
from octree_makers import random_octree

from geoinv import Grid, InputError, MainField, Survey
from geoinv.formats import convert, describe, write_mesh, write_model, write_survey

omf = pytest.importorskip("omf")

# of the library itself, under NumPy 2
pytestmark = pytest.mark.filterwarnings("ignore:__array_wrap__ must accept")

GRID = Grid([0.0, 10.0, 30.0], [5.0, 7.0, 8.0, 11.0], [-4.0, -3.0, -1.0, 0.0, 10.0])
SURVEY = Survey(
    [350_000.125, 350_010.0], [8_000_000.0, 8_000_000.25], [101.5, 102.0], field=MainField(-12.0, 3.5, 25_000.0)
).with_data([[1.0, -2.5]], 0.5)


def element(path):
    (one,) = omf.OMFReader(str(path)).get_project().elements
    return one


def test_stations_and_data_come_back(tmp_path):
    write_survey(tmp_path / "a.omf", SURVEY)
    points = element(tmp_path / "a.omf")
    npt.assert_array_equal(
        points.geometry.vertices.array, np.stack([SURVEY.easting, SURVEY.northing, SURVEY.upward], -1)
    )
    data = {one.name: one.array.array for one in points.data}
    npt.assert_array_equal(data["tmi"], SURVEY.data[0])
    npt.assert_array_equal(data["tmi_uncertainty"], [0.5, 0.5])


@pytest.mark.parametrize("name", ["susceptibility", "magnetization"])
def test_cells_have_their_values_where_discretize_finds_them(tmp_path, name):
    from discretize import TensorMesh

    active = np.ones(GRID.shape, bool)
    active[-1, 0, 0] = False
    mesh = GRID.with_active(active)
    shape = (3, *GRID.shape) if name == "magnetization" else GRID.shape
    model = np.random.default_rng(0).standard_normal(shape)
    write_model(tmp_path / "a.omf", mesh, model, name)
    read, models = TensorMesh.from_omf(element(tmp_path / "a.omf"))
    npt.assert_allclose(read.nodes_x, GRID.edges("easting"))
    npt.assert_allclose(read.nodes_z, GRID.edges("upward"))
    parts = {f"{name}_{axis}": part for axis, part in zip(("easting", "northing", "upward"), model, strict=False)}
    for found, part in (parts if name == "magnetization" else {name: model}).items():
        npt.assert_array_equal(np.reshape(models[found], GRID.shape), np.where(active, part, np.nan))


def test_it_is_recognised_and_not_read(tmp_path):
    write_mesh(tmp_path / "a.omf", GRID)
    assert "written, not read" in describe(tmp_path / "a.omf")
    with pytest.raises(InputError, match="OMF project"):
        convert(tmp_path / "a.omf", tmp_path / "b.nc")


def test_what_cannot_be_written_is_one_sentence_and_no_file(tmp_path, monkeypatch):
    octree = random_octree((4, 4, 8))
    with pytest.raises(InputError, match=r"expects a tensor mesh, got an octree"):
        write_mesh(tmp_path / "a.omf", octree)
    with pytest.raises(InputError, match="give one value a cell"):
        write_model(tmp_path / "a.omf", GRID, np.zeros(3))
    monkeypatch.setitem(sys.modules, "omf", None)
    with pytest.raises(InputError, match=r"geoinv\[omf\]"):
        write_survey(tmp_path / "a.omf", SURVEY)
    assert not list(tmp_path.iterdir())


def test_the_field_is_said_to_be_left_out(tmp_path):
    write_survey(tmp_path / "a.nc", SURVEY)
    told = convert(tmp_path / "a.nc", tmp_path / "a.omf")
    assert "without the field, which a set of points cannot hold" in told
