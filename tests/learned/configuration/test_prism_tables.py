"""Operators of prisms from tables: the same as made in Python, or a sentence."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import Grid, InputError, MainField, Survey
from geoinv.formats import write_netcdf
from geoinv.learned.configuration.prism_tables import make_prism_operator, prism_table
from geoinv.operators import Gravity, Magnetics

WHERE = "run.toml [operator]"
FIELD = [65.0, 25.0, 50000.0]
MESH = {"shape": [2, 3, 4], "spacing": [50.0, 100.0, 100.0], "origin": [-100.0, 0.0, 0.0]}
TABLE = {"name": "Magnetics", "mesh": MESH, "survey": {"height": 20.0}, "field": FIELD}
GRID = Grid.regular((2, 3, 4), (50.0, 100.0, 100.0), (-100.0, 0.0, 0.0))
PADDED = Grid([0.0, 100.0, 200.0, 500.0], [0.0, 100.0, 300.0], [-250.0, -50.0, 0.0])
SURVEY = Survey(
    [50.0, 310.0], [40.0, 130.0], [20.0, 35.0], ("be", "tmi"), MainField(*FIELD), anomaly_direction=(60.0, 20.0)
)
GRAVITY = Survey([50.0, 310.0], [40.0, 130.0], [20.0, 35.0], ("gz", "guu"))


def test_regular_numbers_put_a_station_above_each_column():
    made = make_prism_operator(WHERE, TABLE)
    easting, northing = (axis.ravel() for axis in np.meshgrid([50.0, 150.0, 250.0, 350.0], [50.0, 150.0, 250.0]))
    survey = Survey(easting, northing, np.full(12, 20.0), field=MainField(*FIELD))
    npt.assert_allclose(made.to_dense(), Magnetics(GRID, survey).to_dense(), rtol=1e-6)
    assert make_prism_operator(WHERE, {**TABLE, "name": "Gravity", "field": None}).survey.components == ("gz",)


@pytest.mark.parametrize(
    "A",
    [
        Magnetics(PADDED, SURVEY, engine="direct", unknown="magnetization", dtype="float32"),
        Magnetics(GRID, SURVEY, engine="dense"),
        Gravity(PADDED, GRAVITY, engine="direct"),
    ],
    ids=["padded", "regular", "gravity"],
)
def test_the_table_of_an_operator_makes_it_again(A):
    again = make_prism_operator(WHERE, prism_table(A))
    assert (again.dtype, again.survey.components) == (A.dtype, A.survey.components)
    dense = A.to_dense()
    npt.assert_allclose(again.to_dense(), dense, rtol=0, atol=2e-6 * abs(dense).max())


def test_stations_above_the_columns_are_kept_as_their_height():
    A = make_prism_operator(WHERE, TABLE)
    assert prism_table(A)["survey"] == {"height": 20.0}
    assert prism_table(A)["mesh"] == MESH


def test_a_mesh_with_inactive_cells_has_no_table_of_numbers():
    active = np.ones(GRID.shape, bool)
    active[1, 0, 0] = False
    assert prism_table(Magnetics(GRID.with_active(active), SURVEY)) is None


def test_mesh_and_survey_come_from_files(tmp_path):
    write_netcdf(tmp_path / "mesh.nc", GRID.to_xarray(susceptibility=np.zeros(GRID.shape)))
    with_data = SURVEY.with_components(["tmi"]).with_data([1.0, 2.0], 0.1)
    write_netcdf(tmp_path / "survey.nc", with_data.to_xarray())
    table = {"name": "Magnetics", "mesh": str(tmp_path / "mesh.nc"), "survey": str(tmp_path / "survey.nc")}
    made = make_prism_operator(WHERE, table)
    npt.assert_allclose(made.to_dense(), Magnetics(GRID, SURVEY.with_components(["tmi"])).to_dense(), rtol=1e-6)
    assert made.survey.data is None
    assert make_prism_operator(WHERE, {**table, "components": ["be", "bn"]}).range_shape == (2, 2)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"mesh": None}, "expects mesh, a file or a table of numbers, got none; add it"),
        ({"survey": None}, "expects survey, a file or a table of numbers, got none; add it"),
        ({"mesh": 3}, "mesh expects the name of a file, or a table of shape, spacing and origin, got 3"),
        ({"mesh": {"shape": [2, 3], "spacing": [1, 1, 1]}}, "mesh: Grid.regular expects shape as three numbers"),
        ({"mesh": {"shape": [2, 3, 4]}}, "mesh expects spacing, got none; add it"),
        ({"mesh": {**MESH, "size": 3}}, "mesh expects shape, spacing, origin; got the unknown key 'size'"),
        ({"mesh": {"easting_edges": [0, 1]}}, "mesh expects northing_edges, got none; add it"),
        ({"mesh": {name: [3, 3] for name in ("easting_edges", "northing_edges", "upward_edges")}}, "mesh: Grid"),
        ({"survey": {"height": "low"}}, "survey expects height to be a finite number of metres, got 'low'"),
        ({"survey": {"height": 20.0, "line": 1}}, "survey expects height; got the unknown key 'line'"),
        ({"survey": {"easting": [0.0], "northing": [0.0]}}, "survey expects upward, got none; add it"),
        ({"survey": {"easting": 1, "northing": [0.0], "upward": [9]}}, "expects easting to be a list of metres, got 1"),
        ({"survey": {"easting": [0.0], "northing": [0.0, 1.0], "upward": [9]}}, "survey: Survey expects"),
        ({"field": [65.0, 25.0]}, "expects field as inclination, declination and intensity .*, got"),
        ({"field": [65.0, 25.0, 5.0]}, "MainField expects intensity between 1000 and 200000 nT"),
        ({"field": None}, r"Survey expects field=MainField"),
        ({"components": "tmi"}, r'expects components to be a list of names, such as \["tmi"\], got \'tmi\''),
        ({"components": ["gz"]}, "gz"),
        ({"anomaly_direction": 3}, "expects anomaly_direction"),
        ({"engine": "fastest"}, "Magnetics expects engine to be one of"),
        ({"engine": 3}, "expects engine to be text, got 3"),
        ({"rotl": 1e-3}, "expects name, mesh, survey, components, field, .*; got the unknown key 'rotl'"),
        ({"mesh": "lost.msh"}, "lost.msh expects"),
        ({"survey": "lost.obs"}, "lost.obs expects"),
    ],
)
def test_tables_that_make_none_are_one_sentence(changes, sentence):
    table = {name: value for name, value in {**TABLE, **changes}.items() if value is not None}
    with pytest.raises(InputError, match=sentence) as refusal:
        make_prism_operator(WHERE, table)
    assert "\n" not in str(refusal.value)
