"""Blocks of a padded mesh: together they are the whole, whichever way they are turned."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from direct_sums import problem
from makers import FIELD

import geoinv
from geoinv.operators.prisms.blocks import blocks_of_rows
from geoinv.operators.prisms.dense import Dense

PADDED = np.concatenate([[-400.0, -150.0], 10.0 * np.arange(21.0), [300.0, 700.0]])
GRID = geoinv.Grid(PADDED, PADDED + 5.0, [-30.0, -10.0, 0.0])
ACTIVE = GRID.with_active(np.random.default_rng(1).random(GRID.shape) < 0.8)
SURVEY = geoinv.Survey(
    [3.0, 110.0, 690.0], [40.0, 5.0, -380.0], [4.0, 9.0, 50.0], components=("tmi", "bee"), field=FIELD
)


@pytest.mark.parametrize("unknown", ["susceptibility", "magnetization"])
def test_data_of_all_blocks_add_up_to_those_of_the_mesh(unknown):
    p = problem(ACTIVE, SURVEY, 1e-5, unknown)
    blocks = blocks_of_rows(p)
    assert [(block.columns, block.mirrored) for block in blocks] == [
        (slice(0, 2), True),
        (slice(2, 22), False),
        (slice(22, 24), True),
    ]
    models = np.random.default_rng(0).standard_normal((2, p.unknowns, *GRID.shape))
    data = sum(Dense(block.problem).forward(block.models(models)) for block in blocks)
    npt.assert_allclose(data, Dense(p).forward(models), rtol=0, atol=1e-11 * abs(data).max())


@pytest.mark.parametrize("unknown", ["susceptibility", "magnetization"])
def test_parts_go_back_to_where_they_came_from(unknown):
    p = problem(ACTIVE, SURVEY, 1e-5, unknown)
    models = np.random.default_rng(0).standard_normal((2, p.unknowns, *GRID.shape))
    again = np.zeros_like(models)
    for block in blocks_of_rows(p):
        block.add(block.models(models), again)
    npt.assert_array_equal(again, models)


def test_a_mesh_of_one_width_and_one_of_no_run_are_one_block():
    for edges in (10.0 * np.arange(21.0), np.array([0.0, 1.0, 3.0, 7.0])):
        grid = geoinv.Grid(edges, np.array([0.0, 1.0, 3.0, 7.0]), [-1.0, 0.0])
        (block,) = blocks_of_rows(problem(grid, SURVEY, 1e-5))
        assert block.columns == slice(0, edges.size - 1)
        assert not block.mirrored
