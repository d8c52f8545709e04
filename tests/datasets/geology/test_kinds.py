"""The registry of kinds: each alone, and what is held back."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv import InputError
from geoinv.datasets.geology import KINDS, TRAINING_KINDS, RandomGeology
from geoinv.datasets.geology.events import Body, Movement
from geoinv.datasets.geology.kinds import checked_kinds


def test_held_back_kinds_are_in_no_training_model():
    assert set(KINDS) - set(TRAINING_KINDS) == {"thin folded sheets", "remanent body"}
    models = RandomGeology((8, 10, 10))
    seen = {kind for index in range(60) for kind in models[index].kinds}
    assert seen == set(TRAINING_KINDS)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.holds_rock])
def test_each_kind_stands_alone_when_it_is_named(name):
    models = RandomGeology((16, 24, 24), (25.0, 50.0, 50.0), kinds=(name,))
    for index in range(5):
        geology = models[index]
        assert set(geology.kinds) == {name}
        assert geology.susceptibility.max() > 0.0
        assert (geology.remanent is not None) == (name == "remanent body")


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_each_kind_says_what_it_is_and_draws_what_it_says(name, kind, space):
    assert kind.summary
    events = kind.draw(np.random.default_rng(0), space)
    assert any(isinstance(event, Body) for event in events) == kind.holds_rock
    moves = name in ("fault", "folded strata", "thin folded sheets")
    assert any(isinstance(event, Movement) for event in events) == moves


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        (("dike",), r"RandomGeology expects kinds to be one of strata, .*; got 'dike'"),
        (("fault",), r"expects at least one kind that holds rock, got fault; add one of strata"),
        ((), r"expects at least one kind that holds rock, got none; add one of strata"),
        (3, r"expects kinds as names, got 3; give some of strata"),
    ],
)
def test_kinds_that_make_no_model_are_rejected_in_a_sentence(kinds, sentence):
    with pytest.raises(InputError, match=sentence):
        RandomGeology(kinds=kinds)


def test_one_name_is_a_kind_too():
    assert checked_kinds("here", "dyke") == ("dyke",)
