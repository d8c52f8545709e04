from types import SimpleNamespace

import numpy as np
import pytest

import geoinv
from geoinv.meshes.base import Mesh
from geoinv.parallel.slab_mesh import SlabMesh


@pytest.fixture
def slab():
    whole = geoinv.Grid.regular((4, 2, 3), (5.0, 10.0, 20.0), (-20.0, 0.0, 0.0))
    active = np.ones(whole.shape, bool)
    active[3] = active[1, 0, 0] = False
    team = SimpleNamespace(rank=0, counting=lambda purpose: None)
    return SlabMesh(whole.with_active(active), SimpleNamespace(own=slice(0, 2), team=team))


def test_a_slab_is_a_mesh_of_its_own_layers(slab):
    assert isinstance(slab, Mesh)
    assert (slab.shape, slab.size) == ((2, 2, 3), 12)
    assert np.array_equal(slab.active, slab.whole.active[:2])
    assert np.array_equal(slab.volumes, np.full((2, 2, 3), 1000.0))
    assert slab.centres[2].ravel().tolist() == [-17.5, -12.5]


def test_places_are_those_of_the_whole_mesh(slab):
    assert slab.bounds["upward"] == (-20.0, 0.0)
    # on the highest face of the slab, which has rock above it
    point = [30.0], [15.0], [-10.0]
    assert slab.inside_rock(*point).tolist() == [True]
    assert slab.top_of_rock(*point[:2]).tolist() == [-5.0]
    assert slab.cells.inside_rock(*point).tolist() == [False]


def test_its_faces_reach_to_the_next_slab(slab):
    upward, northing, easting = slab.faces()
    assert (upward.shape, northing.shape, easting.shape) == ((2, 2, 3), (2, 1, 3), (2, 2, 2))
    assert upward.both_active[:, 0, 0].tolist() == [False, False]


def test_another_ground_is_one_of_the_whole_mesh(slab):
    assert slab.with_active(np.ones(slab.whole.shape, bool)).whole.active.all()
