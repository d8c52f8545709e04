"""Drill holes on meshes: cells, means, weights; what an inversion makes of them stands with apply_constraints."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from bodies import COLLARS, INTERVALS, SURVEYS, written_tables

import geoinv
from geoinv.constraints.holes import DrillHoles
from geoinv.formats import collected

GRID = geoinv.Grid.regular((6, 12, 12), (20.0, 20.0, 20.0), (-120.0, 0.0, 0.0))
STRAIGHT = "hole_id,depth,azimuth,dip\nA,0,0,-90\n"


def said_of(
    folder, mesh=GRID, reference=0.0, quantity="susceptibility", surveys=STRAIGHT, intervals=INTERVALS, **options
):
    paths = written_tables(folder, surveys=surveys, intervals=intervals)
    with collected() as notes:
        return DrillHoles(*paths, **options).said_of(mesh, np.full(mesh.shape, reference), quantity)[0], notes


def test_a_vertical_hole_fills_the_cells_below_its_collar(tmp_path):
    said, _ = said_of(tmp_path)
    column = np.ravel_multi_index((np.arange(6), 5, 6), GRID.shape)
    npt.assert_array_equal(said.cells, column)
    npt.assert_allclose(said.values, [0.0, 0.0, 0.05, 0.05, 0.0, 0.0], atol=1e-12)
    # S = 0.05; half of the deepest cell is drilled
    npt.assert_allclose(said.weights, np.array([0.5, 1, 1, 1, 1, 1]) * (0.05 / said.uncertainty) ** 2)
    npt.assert_allclose(said.uncertainty, [0.002, 0.002, 0.005, 0.005, 0.002, 0.002])
    assert said.places[2] == "hole A at 60 to 80 m"
    assert not said.everywhere
    npt.assert_allclose(said.paths[0].points[[0, -1]], [[130.0, 110.0, 0.0], [130.0, 110.0, -110.0]])


def test_values_are_weighted_by_their_length_in_the_cell(tmp_path):
    said, _ = said_of(tmp_path, intervals="hole,from,to,value,sd\nA,20,25,0.1,0.01\nA,25,40,0.02,0.03\n")
    assert said.values == pytest.approx([0.25 * 0.1 + 0.75 * 0.02])
    assert said.uncertainty == pytest.approx([np.sqrt(0.25 * 0.01**2 + 0.75 * 0.03**2)])


def test_an_octree_s_cells_are_pierced_too(tmp_path):
    survey = geoinv.Survey([120.0, 140], [100.0, 120], [10.0, 10.0], components=("gz",))
    mesh = geoinv.OctreeGrid.for_survey(survey, cell=5.0, depth=120.0)
    said, _ = said_of(tmp_path, mesh, surveys=SURVEYS)
    assert np.unique(mesh.width[said.cells]).size > 1
    easting, northing, upward = (centre[said.cells] for centre in mesh.centres)
    half = 0.5 * 5.0 * mesh.width[said.cells]
    assert (np.abs(easting - 130.0) < half + 1.0).all()
    assert (np.abs(northing - 110.0) < half + 6.0).all()
    inside = np.abs(upward + 60.0) + half < 19.0
    npt.assert_allclose(said.values[inside], 0.05)


def test_what_is_drilled_above_the_ground_or_outside_is_left_out_and_said(tmp_path):
    ground = GRID.with_active(np.arange(6)[:, None, None] < np.full((6, 12, 12), 5))
    said, notes = said_of(tmp_path, ground)
    assert said.cells.size == 5
    assert notes.doubts[0].startswith("20 of 110 m with values run outside the mesh or above the ground")
    low = GRID.with_active(np.zeros(GRID.shape, bool) | (np.arange(12) == 0))
    with pytest.raises(geoinv.InputError, match=r"expects values in active cells of the mesh, got none"):
        said_of(tmp_path, low)


def test_uncertainties_are_given_or_assumed_and_said(tmp_path):
    bare = "hole,from,to,value\nA,0,40,0\nA,40,80,0.05\n"
    said, notes = said_of(tmp_path, intervals=bare)
    npt.assert_allclose(said.uncertainty, 0.005)
    assert any("uncertainty 0.005 where none is given" in text for _, text in notes.taken)
    npt.assert_allclose(said_of(tmp_path, intervals=bare, uncertainty=0.002)[0].weights, 625.0)
    barren = "hole,from,to,value\nA,0,40,0\n"
    with pytest.raises(geoinv.InputError, match=r"expects uncertainties where all values are those of the reference"):
        said_of(tmp_path, intervals=barren)
    npt.assert_allclose(said_of(tmp_path, intervals=barren, uncertainty=0.01)[0].weights, 100.0)


def test_hard_holes_are_bounds_too(tmp_path):
    said, _ = said_of(tmp_path, hard=True)
    npt.assert_allclose(said.upper - said.values, said.uncertainty)
    npt.assert_allclose(said.values - said.lower, said.uncertainty)


def test_densities_are_no_contrasts(tmp_path):
    text = "hole,from,to,density (g/cm3)\nA,0,40,2.67\nA,40,80,3.1\n"
    with pytest.raises(
        geoinv.InputError, match=r"expects density contrasts.*got densities of 2670 to 3100.*background"
    ):
        said_of(tmp_path, quantity="density", intervals=text)
    said, _ = said_of(tmp_path, quantity="density", intervals=text, background=2670.0)
    npt.assert_allclose(said.values, [430.0, 430.0, 0.0, 0.0], atol=1e-9)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"uncertainty": 0.0}, "expects an uncertainty above zero, got 0"),
        ({"background": np.nan}, "expects a finite background"),
        ({"dip": "sideways"}, "dip expects 'auto', 'down'"),
        ({"value": "grade"}, "expects one column 'grade' among the names"),
    ],
)
def test_options_that_cannot_be_are_rejected(tmp_path, options, sentence):
    with pytest.raises(geoinv.InputError, match=sentence):
        said_of(tmp_path, **options)


def test_collars_far_from_the_mesh_are_rejected(tmp_path):
    paths = written_tables(tmp_path, collars=COLLARS.replace("130,110", "500130,6200110"))
    with pytest.raises(geoinv.InputError, match=r"collars.csv expects coordinates over the mesh, got easting 500130"):
        DrillHoles(*paths).said_of(GRID, np.zeros(GRID.shape), "susceptibility")
