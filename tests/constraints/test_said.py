"""What bodies and layers may say of their cells."""

from __future__ import annotations

import numpy as np
import pytest

import geoinv
from geoinv.constraints.body import Body
from geoinv.constraints.said import Constraint, Interior, refuse_beside, rock_of

GRID = geoinv.Grid.regular((2, 2, 2), (10.0, 10.0, 10.0))


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        (Interior(), "expects a value, bounds or both, got neither"),
        (Interior(bounds=(1.0, 0.0)), r"expects bounds \(lowest, highest\), got 1 and 0; swap"),
        (Interior(bounds=(1.0,)), "expects bounds as two numbers"),
        (Interior(bounds="01"), "expects bounds as two numbers"),
        (Interior(bounds=(np.nan, 1.0)), "expects bounds"),
        (Interior(bounds=(np.inf, np.inf)), "expects bounds"),
        (Interior(0.5, bounds=(0.0, 0.1)), "expects its value within its own bounds 0 and 0.1, got 0.5"),
        (Interior(np.nan), "expects a finite value"),
        (Interior(0.1, weight=0.0), "expects a finite value and a weight above zero"),
        (Interior(-2.0), "expects a susceptibility in SI between -1 and 1e"),
        (Interior(bounds=(-2.0, 0.0)), "expects a susceptibility in SI between -1 and 1e"),
        (Interior("much"), "stock.stl expects value and weight to be real numbers"),
    ],
)
def test_what_cannot_be_is_rejected(inside, sentence):
    with pytest.raises(geoinv.InputError, match=f"^stock.stl {sentence}|{sentence}"):
        inside.checked("stock.stl", "susceptibility")


def test_infinite_bounds_are_none_and_equal_ones_fix():
    assert str(Interior(bounds=(0.0, np.inf)).checked("a", "susceptibility")) == "kept within 0 to inf"
    assert str(Interior(0.1, 4.0, (0.1, 0.1)).checked("a")) == "held at 0.1 with weight 4 and fixed at 0.1"


def test_cells_above_the_ground_are_none():
    grid = GRID.with_active(np.array([True, False])[:, None, None] & np.ones((2, 2, 2), bool))
    assert rock_of("a", grid, np.array([0, 5]), "inside").tolist() == [0]
    with pytest.raises(geoinv.InputError, match=r"a expects cells inside, got 2 cells, none of which is active"):
        rock_of("a", grid, np.array([5, 6]), "inside")


def test_what_lies_beside_the_mesh_is_rejected_with_both_places():
    with pytest.raises(geoinv.InputError, match=r"northing 6.2e|northing 6200000 to 6200005 m against 0 to 20 m"):
        refuse_beside("a", GRID, np.array([[5.0, 6200000.0], [6.0, 6200005.0]]))
    refuse_beside("a", GRID, np.array([[5.0, 5.0, -3.0], [6.0, 6.0, 3.0]]))


def test_a_body_is_a_constraint_and_a_number_is_none():
    assert isinstance(Body("a.stl"), Constraint)
    assert not isinstance(3.0, Constraint)
