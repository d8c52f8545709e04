"""What an octree costs, and the diagonal of its levels beside every cell as one prism."""

from __future__ import annotations

import choclo
import numpy as np
import numpy.testing as npt
import pytest
from octree_makers import random_octree

import geoinv
from geoinv.operators import Gravity
from geoinv.operators.prisms.levels.octree_offer import octree_offer
from geoinv.operators.prisms.offer import Offer

TREE = random_octree((8, 8, 16), holes=0.1)
BOUNDS = TREE.bounds


def survey(count: int = 12) -> geoinv.Survey:
    random = np.random.default_rng(5)
    places = [random.uniform(*BOUNDS[axis], count) for axis in ("easting", "northing")]
    return geoinv.Survey(*places, BOUNDS["upward"][1] + random.uniform(3.0, 20.0, count), components=("gz",))


def attractions() -> np.ndarray:
    """Downward attraction (stations, cells) in mGal of 1 kg/m3 in each cell, by choclo."""
    stations = survey()
    low = np.array(TREE.origin) + TREE.corner * np.array(TREE.spacing)
    high = low + TREE.width[:, None] * np.array(TREE.spacing)
    rows = np.zeros((stations.stations, TREE.size))
    for station, cell in np.ndindex(rows.shape):
        (b, s, w), (t, n, e) = low[cell], high[cell]
        where = stations.easting[station], stations.northing[station], stations.upward[station]
        rows[station, cell] = -1e5 * choclo.prism.gravity_u(*where, w, e, s, n, b, t, 1.0)
    return rows * TREE.active


def test_fields_and_diagonal_are_those_of_every_cell_as_one_prism():
    A, rows = Gravity(TREE, survey(), rtol=1e-6), attractions()
    model = np.random.default_rng(1).random(TREE.shape)
    npt.assert_allclose(A(model)[0], rows @ model, rtol=1e-6)
    squared = np.random.default_rng(2).random(A.range_shape)
    diagonal = A.gram_diagonal(np.sqrt(squared))
    npt.assert_allclose(diagonal[TREE.active], (squared[0] @ rows**2)[TREE.active], rtol=3e-3)


def test_the_estimate_is_the_sum_of_the_groups_and_grows_with_applications():
    problem = Gravity(TREE, survey(), rtol=1e-6).problem
    few, many = octree_offer(problem, TREE, 1e9, 10), octree_offer(problem, TREE, 1e9, 1000)
    assert isinstance(few, Offer)
    assert isinstance(many, Offer)
    assert many.estimate.total > few.estimate.total
    covered = sorted(level for levels, _, _ in few.settings["groups"] for level in levels)
    assert covered == sorted(np.unique(TREE.width[TREE.active]).tolist())
    assert few.estimate.memory > 0.0


@pytest.mark.parametrize("budget", [1e3, 1e9])
def test_what_is_built_is_what_was_offered_however_little_memory_there_is(budget):
    A = Gravity(TREE, survey(), rtol=1e-6)
    answer = octree_offer(A.problem, TREE, budget, 10)
    assert isinstance(answer, Offer)
    model = np.random.default_rng(1).random((1, 1, *TREE.shape)) * TREE.active
    npt.assert_allclose(answer.build().forward(model)[0, 0], attractions() @ model.ravel(), rtol=1e-6)
