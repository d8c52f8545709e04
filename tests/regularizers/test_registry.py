"""Regularizers by the names of the command line."""

from __future__ import annotations

import pytest

import geoinv
from geoinv import InputError
from geoinv.regularizers.registry import REGULARIZERS, regularizer_of

NEEDED = {"mixture": {"classes": [geoinv.RockClass("host", 0.0, 0.1), geoinv.RockClass("ore", 1.0, 0.1)]}}


def test_every_name_makes_a_regularizer_that_the_package_offers():
    for name, entry in REGULARIZERS.items():
        made = regularizer_of(name, **NEEDED.get(name, {}))
        assert type(made) is getattr(geoinv, type(made).__name__)
        assert entry.summary
        for setting, value in entry.settings.items():
            assert getattr(made, setting) == value


@pytest.mark.parametrize(
    ("norms", "model", "gradient"),
    [((0.5,), 0.5, 0.5), ((0.5, 1.5), 0.5, 1.5), ((0.0, 1.0, 1.5, 2.0), 0.0, (1.0, 1.5, 2.0))],
)
def test_norms_are_of_the_model_and_then_of_the_gradient(norms, model, gradient):
    made = regularizer_of("sparse", norms)
    assert (made.p_small, made.p_smooth) == (model, gradient)


def test_norms_stand_before_what_a_name_stands_for():
    assert (regularizer_of("compact").p_small, regularizer_of("blocky").p_smooth) == (0.0, 0.0)
    changed = regularizer_of("compact", (1.0,), smoothness=7.0)
    assert (changed.p_small, changed.p_smooth, changed.smoothness) == (1.0, 1.0, 7.0)


def test_other_names_and_norms_where_there_are_none_are_rejected():
    with pytest.raises(InputError, match=r"smooth.*total-variation.*got 'smoth'"):
        regularizer_of("smoth")
    with pytest.raises(
        InputError, match=r"some to choose \(sparse, compact, aligned, blocky, total-variation\), got smooth"
    ):
        regularizer_of("smooth", (1.0,))
