"""Layers: which cells lie between surfaces."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.constraints.layers import Layer, Layers

GRID = geoinv.Grid.regular((10, 4, 6), (10.0, 25.0, 20.0), (-100.0, 0.0, 0.0))
PLACES = np.array([[0.0, 0.0], [120.0, 0.0], [0.0, 100.0], [120.0, 100.0]])


def plane(at_west, at_east):
    return np.column_stack([PLACES, np.where(PLACES[:, 0] > 0.0, at_east, at_west)])


def octree():
    survey = geoinv.Survey([60.0, 70.0], [50.0, 60.0], [5.0, 5.0], components=("gz",))
    return geoinv.OctreeGrid.for_survey(survey, cell=10.0, depth=100.0)


@pytest.mark.parametrize("mesh", [GRID, octree()], ids=["tensor", "octree"])
def test_centres_between_two_planes_are_in_the_layer(mesh):
    layers = Layers(
        (Layer(plane(-5.0, -35.0), value=1.0), Layer(plane(-50.0, -72.0)), Layer(plane(-81, -81), bounds=(2, 3)))
    )
    first, last = layers.said_of(mesh, np.zeros(mesh.shape), "density")
    easting, northing, upward = (np.broadcast_to(centre, mesh.shape).ravel() for centre in mesh.centres)
    east = np.clip(easting, 0.0, 120.0)
    over = (easting > 0.0) & (easting < 120.0) & (northing > 0.0) & (northing < 100.0)
    between = (upward < -5.0 - 0.25 * east) & (upward >= -50.0 - 22.0 / 120.0 * east)
    found = np.zeros(mesh.size, bool)
    found[first.cells] = True
    npt.assert_array_equal(found[over], between[over])
    npt.assert_array_equal(np.sort(last.cells), np.flatnonzero(upward < -81.0))
    assert (last.lower.max(), last.upper.min(), last.values) == (2.0, 3.0, None)


def test_a_surface_may_be_a_file(tmp_path):
    path = tmp_path / "top.xyz"
    np.savetxt(path, plane(-40.0, -40.0))
    said = Layers((Layer(path, value=300.0),)).said_of(GRID, np.zeros(GRID.shape), "density")[0]
    assert said.cells.size == 6 * 24
    assert said.name == str(path)


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        (
            (Layer(plane(-5, -80), 1.0), Layer(plane(-40, -40), 2.0)),
            "expects a surface below the layer, got one above it at",
        ),
        (
            (Layer(plane(-30, -30), 1.0), Layer(plane(-32, -32), 2.0)),
            "expects active cells of the layer below it, got none",
        ),
        ((Layer(plane(-30, -30)),), "Layers expect a value or bounds of one of them"),
        (
            (Layer(plane(-30, -30) + np.array([5000, 0, 0]), 1.0),),
            "expects coordinates over the mesh, got easting 5000 to 5120",
        ),
        ((), "Layers expect a sequence of Layer"),
        ((3.0,), "Layers expect a sequence of Layer"),
        ((Layer(plane(-30, -30), np.inf),), "expects a finite value"),
        ((Layer(plane(-30, -1e6), 1.0),), "the topography expects elevations in metres"),
    ],
)
def test_what_are_no_layers_is_rejected(layers, sentence):
    with pytest.raises(geoinv.InputError, match=sentence):
        Layers(layers).said_of(GRID, np.zeros(GRID.shape), "density")
