"""Groups of an octree's levels: all of them, each once, within the memory, the cheapest first."""

from __future__ import annotations

import numpy as np
import pytest
from makers import FIELD
from octree_makers import random_octree

import geoinv
from geoinv.operators.magnetic import magnetic_problem
from geoinv.operators.prisms.levels.octree import OctreeLevels
from geoinv.operators.prisms.levels.planner import OctreePlanner

TREE = random_octree((16, 16, 32))
WIDTHS = np.unique(TREE.width).tolist()


def planner(budget: float = 1e9, level: bool = False, applications: int = 200) -> OctreePlanner:
    random, bounds = np.random.default_rng(0), TREE.bounds
    places = [random.uniform(*bounds[axis], 300) for axis in ("easting", "northing")]
    heights = bounds["upward"][1] + (np.full(300, 10.0) if level else random.uniform(5.0, 30.0, 300))
    survey = geoinv.Survey(*places, heights, field=FIELD)
    problem = magnetic_problem(TREE, survey, "susceptibility", np.dtype(float), 1e-5)
    return OctreePlanner(OctreeLevels(TREE), problem, budget, applications)


def total(groups) -> float:
    return sum(group.estimate.total for group in groups)


@pytest.mark.parametrize("level", [False, True])
def test_every_level_is_in_one_group(level):
    groups = planner(level=level).best()
    assert groups is not None
    assert sorted(width for group in groups for width in group.levels) == WIDTHS
    for group in groups:
        assert all(width % group.side == 0 for width in group.levels)


def test_less_memory_is_never_faster_and_is_kept_to():
    generous = planner().best()
    assert generous is not None
    memory = sum(group.estimate.memory for group in generous)
    tight = planner(0.7 * memory).best()
    assert tight is not None
    assert sum(group.estimate.memory for group in tight) < memory
    assert total(tight) >= total(generous)


def test_a_group_that_was_rejected_is_not_found_again_and_the_next_costs_no_less():
    plan = planner()
    first = plan.best()
    assert first is not None
    plan.reject(first[0])
    second = plan.best()
    assert second is not None
    assert first[0].key not in {group.key for group in second}
    assert total(second) >= total(first)


def test_a_level_without_an_engine_leaves_no_plan():
    plan = planner()
    for _ in range(500):
        groups = plan.best()
        if groups is None:
            return
        for group in groups:
            plan.reject(group)
    raise AssertionError("groups without end")


def test_problems_of_groups_are_over_their_uniform_cells():
    plan = planner()
    groups = plan.best()
    assert groups is not None
    for group in groups:
        cells = plan.problem_of(group).cells
        assert cells is plan.host_of(group).cells
        for axis, width in zip(("upward", "northing", "easting"), TREE.spacing, strict=True):
            assert cells.uniform_spacing(axis) == pytest.approx(width * group.side)
