"""geoh5 files, opened again by geoh5py where it is, and laid out as its specification says where it is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import numpy.testing as npt
import pytest
from octree_makers import random_octree

from geoinv import Grid, InputError, MainField, Survey
from geoinv.formats import convert, describe, read_survey, write_mesh, write_model, write_survey

h5py = pytest.importorskip("h5py")

GRID = Grid([0.0, 10.0, 30.0], [5.0, 7.0, 8.0, 11.0], [-4.0, -3.0, -1.0, 0.0, 10.0], crs="EPSG:32718")
SURVEY = Survey(
    [350_000.125, 350_010.0, 350_020.5],
    [8_000_000.0, 8_000_000.25, 8_000_001.0],
    [101.5, 102.0, 99.0],
    components=("tmi", "bee"),
    field=MainField(-12.0, 3.5, 25_000.0),
    data=[[1.0, -2.5, 1e-3], [0.1, 0.2, 0.3]],
    uncertainty=[[0.5, 0.25, 0.125], [0.01, 0.02, 0.03]],
    crs="EPSG:32718",
    columns={
        "line": ["L10", "L10", "T3 é"],
        "fiducial": [1, 2, 3],
        "long": [2**40, 2, 3],
        "ground": [50.0, np.nan, 52.0],
        "time": np.array(["2020-01-01T00:00:00.5", "NaT", "2020-01-01T00:00:02"], "M8[us]"),
    },
)

_OPEN = """
import json, sys
import numpy as np
from geoh5py import Workspace
with Workspace(sys.argv[1], mode="r") as workspace:
    one, = workspace.objects
    places = one.vertices if type(one).__name__ == "Points" else one.centroids
    data = {}
    for child in one.children:
        values = np.asarray(child.values)
        shown = [repr(value) if value != value else value for value in values.tolist()]
        data[child.name] = [type(child).__name__, child.association.name, shown]
    print(json.dumps([type(one).__name__, one.coordinate_reference_system, places.tolist(), data]))
"""


def _python_with_geoh5py() -> str:
    """The interpreter that GEOINV_GEOH5PY names, or this one."""
    python = os.environ.get("GEOINV_GEOH5PY", "")
    if not python and find_spec("geoh5py") is None:
        pytest.skip("geoh5py is not installed here, and GEOINV_GEOH5PY names no Python that has it")
    return python or sys.executable


def _opened(path):
    """What geoh5py finds in a file: kind, coordinate system, places and data."""
    done = subprocess.run(
        [_python_with_geoh5py(), "-I", "-c", _OPEN, str(path)], capture_output=True, text=True, check=True, timeout=120
    )
    return json.loads(done.stdout)


def _numbers(values):
    return np.array([np.nan if value == "nan" else value for value in values], float)


def _object(file):
    """The object below the root, as its links lead to it, and its data by name."""
    (one,) = file["GEOSCIENCE/Root/Objects"].values()
    return one, {data.attrs["Name"]: data for data in one["Data"].values()}


def _model(mesh):
    return np.random.default_rng(2).normal(size=mesh.shape)


def _values_at(places, mesh, model):
    """Values of a model at centres of cells, found one by one."""
    centres = np.stack(np.broadcast_arrays(*mesh.centres), axis=-1).reshape(-1, 3)
    values = np.where(mesh.active, model, np.nan).ravel()
    nearest = [int(np.argmin(np.abs(centres - place).max(axis=1))) for place in places]
    npt.assert_allclose(centres[nearest], places, rtol=0.0, atol=1e-6)
    assert len(set(nearest)) == mesh.size
    return values[nearest]


def test_geoh5py_opens_a_survey_with_everything_that_its_stations_have(tmp_path):
    write_survey(tmp_path / "june.geoh5", SURVEY)
    kind, crs, places, data = _opened(tmp_path / "june.geoh5")
    assert kind == "Points"
    assert crs["Code"] == "EPSG:32718"
    npt.assert_array_equal(places, np.column_stack([SURVEY.easting, SURVEY.northing, SURVEY.upward]))
    for row, name in enumerate(SURVEY.components):
        assert data[name] == ["FloatData", "VERTEX", SURVEY.data[row].tolist()]
        assert data[f"{name}_uncertainty"] == ["FloatData", "VERTEX", SURVEY.uncertainty[row].tolist()]
    assert data["line"] == ["TextData", "VERTEX", ["L10", "L10", "T3 é"]]
    assert data["fiducial"] == ["IntegerData", "VERTEX", [1, 2, 3]]
    assert data["long"][2] == ["1099511627776", "2", "3"]
    assert data["time"][2] == ["2020-01-01T00:00:00.500000", "", "2020-01-01T00:00:02.000000"]
    npt.assert_array_equal(_numbers(data["ground"][2]), SURVEY.columns["ground"])
    assert len(data) == 9


@pytest.mark.parametrize(
    ("mesh", "expected"),
    [
        (GRID.with_active(np.arange(24).reshape(GRID.shape) != 5), "BlockModel"),
        (random_octree((4, 4, 8), holes=0.2), "Octree"),
    ],
)
def test_geoh5py_finds_each_value_of_a_model_at_the_centre_of_its_cell(tmp_path, mesh, expected):
    model = _model(mesh)
    write_model(tmp_path / "model.geoh5", mesh, model, "density")
    write_model(tmp_path / "vectors.geoh5", mesh, np.stack([model, 2.0 * model, -model]), "magnetization")
    write_mesh(tmp_path / "mesh.geoh5", mesh)
    kind, crs, places, data = _opened(tmp_path / "model.geoh5")
    assert kind == expected
    assert crs["Code"] == mesh.crs
    there = _values_at(places, mesh, model)
    assert data["density"][:2] == ["FloatData", "CELL"]
    npt.assert_array_equal(_numbers(data["density"][2]), there)
    vectors = _opened(tmp_path / "vectors.geoh5")[3]
    for axis, factor in (("easting", 1.0), ("northing", 2.0), ("upward", -1.0)):
        npt.assert_array_equal(_numbers(vectors[f"magnetization_{axis}"][2]), factor * there)
    active = _opened(tmp_path / "mesh.geoh5")[3]["active"]
    assert active == ["IntegerData", "CELL", np.isfinite(there).astype(int).tolist()]


def test_a_block_model_has_upward_fastest_then_easting_as_the_specification_says(tmp_path):
    model = _model(GRID)
    write_model(tmp_path / "model.geoh5", GRID, model, "susceptibility")
    with h5py.File(tmp_path / "model.geoh5") as file:
        one, data = _object(file)
        assert one["Type"].attrs["ID"] == "{b020a277-90e2-4cd7-84d6-612ee3f25051}"
        assert one.attrs["Origin"].tolist() == (0.0, 5.0, -4.0)
        assert one["U cell delimiters"][:].tolist() == [0.0, 10.0, 30.0]
        assert one["Z cell delimiters"][:].tolist() == [0.0, 1.0, 3.0, 4.0, 14.0]
        values = data["susceptibility"]["Data"][:]
        upward, _, easting = GRID.shape
        for (k, j, i), value in np.ndenumerate(model):
            assert values[k + i * upward + j * easting * upward] == value
        assert set(file["GEOSCIENCE/Data"]) == set(one["Data"])
        assert one["Type"] == file["GEOSCIENCE/Types/Object types"][one["Type"].attrs["ID"]]


def test_an_octree_counts_its_cells_from_the_top_and_no_value_is_the_least_float(tmp_path):
    mesh = random_octree((4, 4, 8), holes=0.3)
    write_model(tmp_path / "model.geoh5", mesh, _model(mesh), "density")
    with h5py.File(tmp_path / "model.geoh5") as file:
        one, data = _object(file)
        cells = one["Octree Cells"][:]
        sizes = [float(one.attrs[f"{axis} Cell Size"]) for axis in "UVW"]
        assert sizes == [10.0, 5.0, -2.0]
        assert [one.attrs[f"N{axis}"] for axis in "UVW"] == [8, 4, 4]
        numbers = np.array(cells.tolist(), float)
        places = np.array(one.attrs["Origin"].tolist()) + sizes * (numbers[:, :3] + 0.5 * numbers[:, 3:])
        expected = _values_at(places, mesh, _model(mesh))
        values = data["density"]["Data"][:]
        npt.assert_array_equal(np.isnan(expected), np.float32(values) == np.finfo(np.float32).tiny)
        npt.assert_array_equal(values[~np.isnan(expected)], expected[~np.isnan(expected)])
        assert data["density"]["Type"].attrs["Units"] == "kg/m3"


def test_field_and_units_of_a_survey_are_in_its_file(tmp_path):
    write_survey(tmp_path / "june.geoh5", SURVEY)
    with h5py.File(tmp_path / "june.geoh5") as file:
        one, data = _object(file)
        field = json.loads(one["Metadata"][0])["Inducing field"]
        assert field["Inclination (degrees)"] == -12.0
        assert field["Intensity (nT)"] == 25_000.0
        assert data["bee_uncertainty"]["Type"].attrs["Units"] == "nT/m"
        assert one["Vertices"]["z"].tolist() == SURVEY.upward.tolist()


def test_convert_writes_surveys_and_models_and_info_says_that_they_are_not_read(tmp_path):
    write_survey(tmp_path / "june.nc", SURVEY)
    write_model(tmp_path / "model.nc", GRID, _model(GRID), "density")
    said = convert(tmp_path / "june.nc", tmp_path / "june.geoh5")
    assert "wrote 3 stations" in said
    assert "without" not in said
    assert "24 active cells" in convert(tmp_path / "model.nc", tmp_path / "model.geoh5")
    assert "written, not read" in describe(tmp_path / "june.geoh5")
    with pytest.raises(InputError, match="expects a survey, got geoh5 of Geoscience ANALYST"):
        read_survey(tmp_path / "june.geoh5")


def test_what_hdf5_or_the_mesh_cannot_take_is_refused_and_nothing_is_left(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"density of shape \(4, 3, 2\).* got \(24,\)"):
        write_model(tmp_path / "model.geoh5", GRID, np.zeros(24), "density")
    odd = replace(SURVEY, columns={"remark": ["a\0b", "", "c"]})
    with pytest.raises(InputError, match="expects texts that HDF5 can hold"):
        write_survey(tmp_path / "odd.geoh5", odd)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(InputError, match=r"pip install 'geoinv\[geoh5\]'"):
        write_mesh(tmp_path / "mesh.geoh5", GRID)
    assert not list(tmp_path.iterdir())
