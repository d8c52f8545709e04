"""Faces of tensor meshes beside discretize's, and beside a loop over all pairs of neighbours."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import Grid
from geoinv.meshes.base import AXES, Mesh
from geoinv.meshes.tensor_faces import SlicedFaces

UNEVEN = Grid([0.0, 1.0, 4.0, 9.0, 11.0], [0.0, 2.0, 3.0], [-6.0, -2.0, 0.0, 0.5])
HOLES = UNEVEN.with_active(np.random.default_rng(4).random(UNEVEN.shape) < 0.7)
LETTER = {"upward": "z", "northing": "y", "easting": "x"}


def pairs(shape, place):
    """Cells before and after each inner face, in the order of a raveled array of the faces."""
    for index in np.ndindex(*(n - (k == place) for k, n in enumerate(shape))):
        yield index, tuple(i + (k == place) for k, i in enumerate(index))


def test_a_grid_is_a_mesh():
    assert isinstance(HOLES, Mesh)
    assert HOLES.dims == AXES
    assert HOLES.bounds == {"upward": (-6.0, 0.5), "northing": (0.0, 3.0), "easting": (0.0, 11.0)}
    assert [HOLES.smallest_width(axis) for axis in AXES] == [0.5, 1.0, 1.0]
    places = np.stack(np.broadcast_arrays(*HOLES.centres), axis=-1).reshape(-1, 3)
    npt.assert_allclose(places, HOLES.to_discretize().cell_centers)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_areas_are_those_of_discretize(place):
    faces, mesh = HOLES.faces()[place], HOLES.to_discretize()
    letter = LETTER[faces.axis]
    areas = dict(zip("xyz", np.split(mesh.face_areas, np.cumsum(mesh.n_faces_per_direction)[:-1]), strict=True))[letter]
    outer = tuple(n + (k == place) for k, n in enumerate(HOLES.shape))
    inner = np.take(areas.reshape(outer), range(1, HOLES.shape[place]), axis=place)
    npt.assert_allclose(np.broadcast_to(faces.area, faces.shape), inner)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_differences_means_and_distances_are_those_of_the_pairs(place):
    faces, model = HOLES.faces()[place], np.random.default_rng(1).standard_normal((2, *HOLES.shape))
    centres = getattr(HOLES, faces.axis)
    difference, mean = faces.difference(model), faces.mean(model)
    assert difference.shape == mean.shape == (2, *faces.shape)
    distance = np.broadcast_to(faces.distance, faces.shape)
    for before, after in pairs(HOLES.shape, place):
        npt.assert_allclose(difference[:, *before], model[:, *after] - model[:, *before])
        npt.assert_allclose(mean[:, *before], 0.5 * (model[:, *after] + model[:, *before]))
        assert distance[before] == centres[after[place]] - centres[before[place]]
        assert faces.both_active[before] == (HOLES.active[before] and HOLES.active[after])


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("which", ["difference", "mean"])
def test_adjoints_are_transposes_and_add_to_what_is_there(place, which):
    faces, random = HOLES.faces()[place], np.random.default_rng(2)
    model, values = random.standard_normal((3, *HOLES.shape)), random.standard_normal((3, *faces.shape))
    back = {"difference": faces.adjoint, "mean": faces.mean_adjoint}[which]
    transposed = back(values)
    npt.assert_allclose(np.vdot(getattr(faces, which)(model), values), np.vdot(model, transposed))
    out = model.copy()
    assert back(values, out) is out
    npt.assert_allclose(out, model + transposed)


def test_arrays_without_a_mesh_have_faces_of_unit_cells():
    faces = SlicedFaces((4, 5), 1)
    npt.assert_array_equal(faces.difference(np.arange(20.0).reshape(4, 5)), np.ones((4, 4)))
    assert np.broadcast_to(faces.distance, faces.shape).sum() == np.broadcast_to(faces.area, faces.shape).sum() == 16.0
    assert faces.both_active.all()


def test_one_layer_has_no_faces_across_it():
    faces = Grid.regular((1, 2, 2), (1, 1, 1)).faces()[0]
    assert faces.difference(np.zeros((1, 2, 2))).shape == faces.shape == (0, 2, 2)
    npt.assert_array_equal(faces.adjoint(np.zeros((0, 2, 2))), np.zeros((1, 2, 2)))
