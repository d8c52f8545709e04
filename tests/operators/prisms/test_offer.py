"""Offers of engines for a number of applications."""

from __future__ import annotations

import pytest
from choice_cases import GRID, level, padded, scattered

import geoinv
from geoinv import InputError
from geoinv.operators import Magnetics


def test_one_application_is_not_worth_a_matrix():
    often, once = (Magnetics(padded(), scattered(), memory_budget=4e9, applications=n) for n in (None, 1))
    assert (often.engine, once.engine) == ("dense", "direct")
    assert "least time for 1 application," in once.choice.reason
    assert once.estimate().total == once.estimate().build + once.estimate().apply
    assert often.estimate().total == often.estimate().build + 200 * often.estimate().apply


def test_one_application_keeps_no_spectra():
    survey = level((3.0, 4.0), (10.0, 10.0), (24, 24))
    deep = geoinv.Grid.regular((800, 16, 16), (10.0, 10.0, 10.0), (-8000.0, 0.0, 0.0))
    often, once = (Magnetics(deep, survey, engine="gridded", applications=n) for n in (2, 1))
    assert (often.choice.settings["recompute"], once.choice.settings["recompute"]) == (False, True)
    assert once.estimate().memory < often.estimate().memory


@pytest.mark.parametrize("number", [0, -3, 2.5, "many", True])
def test_what_cannot_be_a_number_of_applications_is_refused(number):
    with pytest.raises(InputError, match=r"expects applications to be a whole number from 1 .*, got .*; give how"):
        Magnetics(GRID, level((3.0, 4.0), (20.0, 25.0), (6, 8)), applications=number)
