"""Faces of octrees beside discretize's, and beside all pairs of neighbours."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from octree_makers import SPACING, boxes, finest, octrees, random_octree, tree_mesh

from geoinv import OctreeGrid
from geoinv.meshes.base import AXES


@settings(max_examples=20)
@given(counts=boxes, seed=st.integers(0, 10**6), points=st.integers(1, 8))
def test_number_and_area_of_faces_are_those_of_discretize(counts, seed, points):
    tree = tree_mesh(counts, points, seed)
    for faces, name in zip(OctreeGrid.from_discretize(tree).faces(), "zyx", strict=True):
        column = "xyz".index(name)
        places, low = getattr(tree, f"faces_{name}"), tree.origin[column]
        high = low + tree.h[column].sum()
        inner = (places[:, column] > low + 1e-6) & (places[:, column] < high - 1e-6)
        hanging = len(getattr(tree, f"hanging_faces_{name}"))
        # each hanging face is a quarter of one that discretize counts as well
        assert faces.shape[0] == inner.sum() - hanging // 4 + hanging
        first = {"x": 0, "y": tree.n_faces_x, "z": tree.n_faces_x + tree.n_faces_y}[name]
        npt.assert_allclose(faces.area.sum(), tree.face_areas[first : first + len(places)][inner].sum())


@settings(max_examples=25)
@given(octrees)
def test_faces_are_all_pairs_of_neighbours_whatever_their_ratio(mesh):
    cells, centres = finest(mesh), np.column_stack(mesh.centres[::-1])
    for place, faces in enumerate(mesh.faces()):
        assert faces.axis == AXES[place]
        before = np.take(cells, range(mesh.counts[place] - 1), axis=place).ravel()
        after = np.take(cells, range(1, mesh.counts[place]), axis=place).ravel()
        pairs, shared = np.unique(np.column_stack([before, after])[before != after], axis=0, return_counts=True)
        npt.assert_array_equal(np.column_stack([faces.before, faces.after]), pairs.reshape(-1, 2))
        npt.assert_allclose(faces.area, shared * np.prod(SPACING) / SPACING[place])
        npt.assert_allclose(faces.distance, centres[faces.after, place] - centres[faces.before, place])
        npt.assert_array_equal(faces.both_active, mesh.active[faces.before] & mesh.active[faces.after])


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("which", ["difference", "mean"])
def test_adjoints_are_transposes_and_add_to_what_is_there(place, which):
    mesh, random = random_octree(), np.random.default_rng(2)
    faces = mesh.faces()[place]
    model, values = random.standard_normal((3, *mesh.shape)), random.standard_normal((3, *faces.shape))
    forward = getattr(faces, which)(model)
    expected = model[:, faces.after] - model[:, faces.before]
    npt.assert_allclose(forward, expected if which == "difference" else 0.5 * expected + model[:, faces.before])
    back = {"difference": faces.adjoint, "mean": faces.mean_adjoint}[which]
    transposed = back(values)
    npt.assert_allclose(np.vdot(forward, values), np.vdot(model, transposed))
    out = model.copy()
    assert back(values, out) is out
    npt.assert_allclose(out, model + transposed)
