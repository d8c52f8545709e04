"""From the cells of a mesh to uniform ones and back: P of zeros and ones, and its transpose."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from octree_makers import finest, random_octree

from geoinv.operators.prisms.levels.embedding import RunsEmbedding
from geoinv.operators.prisms.levels.octree import OctreeLevels
from geoinv.operators.prisms.precorrected_fft.runs import CellRuns

RUNS = CellRuns((np.array([2, 1]), np.array([1, 1, 3]), np.array([2, 1, 1, 2])))
ACTIVE = np.random.default_rng(3).random((2, 3, 4)) > 0.3
TREE = random_octree((8, 8, 16), holes=0.2)
LEVELS = tuple(OctreeLevels(TREE).numbers)


def whole(runs: CellRuns) -> np.ndarray:
    """Number of the mesh's cell that each uniform one lies in."""
    numbers = np.arange(np.prod(runs.mesh_shape)).reshape(runs.mesh_shape)
    for axis, counts in enumerate(runs.counts):
        numbers = np.repeat(numbers, counts, axis=axis)
    return numbers


def test_a_tensor_mesh_repeats_its_cells():
    embedding, owner = RunsEmbedding(RUNS, ACTIVE), whole(RUNS)
    models = np.random.default_rng(0).random((2, 3, ACTIVE.size))
    npt.assert_array_equal(embedding.expand(models, float), models[..., owner])
    uniform = np.random.default_rng(1).random((2, 3, *owner.shape))
    sums = np.ones_like(models)
    embedding.add(uniform, sums)
    expected = [np.bincount(owner.ravel(), of.ravel(), ACTIVE.size) for of in uniform.reshape(6, *owner.shape)]
    npt.assert_allclose(sums, 1.0 + np.reshape(expected, models.shape), rtol=1e-13)


def test_the_owner_of_a_uniform_cell_is_the_active_cell_it_lies_in():
    embedding, owner = RunsEmbedding(RUNS, ACTIVE), whole(RUNS)
    places = np.indices(owner.shape).reshape(3, -1)
    npt.assert_array_equal(embedding.owner(*places), np.where(ACTIVE.ravel()[owner], owner, -1).ravel())


@pytest.mark.parametrize(("levels", "side"), [((width,), width) for width in LEVELS] + [(LEVELS, 1), (LEVELS[1:], 1)])
def test_levels_of_an_octree_fill_their_own_boxes_and_no_others(levels, side):
    host = OctreeLevels(TREE).host(levels, side)
    embedding = host.embedding
    own = TREE.active & np.isin(TREE.width, levels)
    # each uniform cell by the finest cell in its corner
    places = np.indices(embedding.shape).reshape(3, -1)
    corner = (places + np.asarray(embedding.first)[:, None]) * side
    owner = finest(TREE)[tuple(corner)]
    owner = np.where(own[owner], owner, -1)
    npt.assert_array_equal(embedding.owner(*places), owner)
    npt.assert_array_equal(host.cells.active.ravel(), owner >= 0)
    models = np.random.default_rng(0).random((1, 2, TREE.size))
    expanded = np.where(owner >= 0, models[..., owner], 0.0)
    npt.assert_array_equal(embedding.expand(models, float).reshape(expanded.shape), expanded)
    uniform = np.random.default_rng(1).random((1, 2, *embedding.shape))
    sums = np.zeros_like(models)
    embedding.add(uniform, sums)
    npt.assert_allclose((uniform.ravel() * expanded.ravel()).sum(), (sums * models).sum(), rtol=1e-12)
    assert (sums[..., ~own] == 0.0).all()
