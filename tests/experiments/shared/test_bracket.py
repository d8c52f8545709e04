"""Grids that are widened until the best value lies inside, and what is said where it does not."""

from __future__ import annotations

import math

import pytest

from geoinv.experiments.shared.bracket import Bracket, bracketed


def test_a_grid_is_widened_on_the_side_of_its_best_value():
    below, above = (bracketed([1e-3, 2e-3, 4e-3], lambda v, at=at: abs(math.log(v / at))) for at in (3e-4, 1.5e-2))
    assert (below.best, below.inside, len(below.errors)) == (2.5e-4, True, 6)
    assert (above.best, above.inside, len(above.errors)) == (1.6e-2, True, 6)
    inside = bracketed([1.0, 2.0, 4.0], lambda value: (value - 2.0) ** 2)
    assert sorted(inside.errors) == [1.0, 2.0, 4.0]


def test_widening_has_a_bound_and_the_text_says_that_the_best_is_at_the_edge():
    found = bracketed([1.0, 2.0], lambda value: 1.0 / value, most=4)
    assert sorted(found.errors) == [1.0, 2.0, 4.0, 8.0]
    assert found.text("beta") == "beta 8 of 1, 2, 4, 8 (edge of the grid)"


def test_no_value_above_the_highest_is_tried():
    found = bracketed([0.3, 0.7], lambda value: 1.0 - value, highest=1.0)
    assert sorted(found.errors) == [0.3, 0.7, 1.0]
    assert found.text("relaxation") == "relaxation 1 of 0.3, 0.7, 1, the largest there is"


def test_values_that_fail_are_left_downwards():
    found = bracketed([1.0, 10.0], lambda value: math.inf if value > 0.05 else abs(value - 0.02))
    assert found.best == pytest.approx(0.01)
    assert found.inside


def test_one_value_is_not_tried():
    def never(value):
        raise AssertionError

    assert bracketed([0.1], never).text("rate") == "rate 0.1 (not tuned)"


def test_the_text_names_the_grid():
    assert Bracket({1.0: 3.0, 2.0: 1.0, 4.0: 2.0, 8.0: 9.0}).text("rate") == "rate 2 of 1, 2, 4, 8, which bracket it"
