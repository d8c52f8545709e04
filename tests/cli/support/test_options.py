"""Texts of options, and those that mean nothing."""

from __future__ import annotations

import math
from typing import get_args

import pytest
import typer

from geoinv import InputError, MainField
from geoinv.cli.support.options import Engine, columns_of, field_of, level_of
from geoinv.operators.prisms.engines import ENGINES


def test_the_engines_of_the_option_are_those_there_are():
    assert set(get_args(Engine)) == {"auto", *ENGINES}


def test_a_field_is_the_three_numbers_in_their_order():
    assert field_of((65.0, -25.0, 50000.0)) == MainField(65.0, -25.0, 50000.0)
    assert field_of(None) is None
    with pytest.raises(InputError, match=r"^--field expects"):
        field_of((95.0, 0.0, 50000.0))
    with pytest.raises(InputError, match=r"^--field expects"):
        field_of((65.0, 0.0, 5e-5))


def test_one_of_height_and_elevation_is_the_level():
    assert level_of(None, None) is None
    assert level_of(0.0, None) == 0.0
    assert level_of(None, -3.0) == -3.0
    with pytest.raises(InputError, match=r"one of --height and --elevation, got 0 and 5 m; leave one out"):
        level_of(0.0, 5.0)


@pytest.mark.parametrize("value", [math.nan, math.inf, -2e6])
def test_heights_in_space_are_rejected(value):
    with pytest.raises(InputError, match=r"^--height expects metres, got "):
        level_of(value, None)
    with pytest.raises(InputError, match=r"^--elevation expects metres, got "):
        level_of(None, value)


def test_columns_are_quantities_and_names_with_any_spaces():
    assert columns_of(" easting = E (m) ,tmi=7") == {"easting": "E (m)", "tmi": "7"}
    assert columns_of("tmi=a=b") == {"tmi": "a=b"}
    assert columns_of(None) is None


@pytest.mark.parametrize("text", ["", "easting", "=x", "tmi=", "tmi=1,tmi=2", "tmi=1,,x=2"])
def test_columns_that_say_nothing_are_rejected(text):
    with pytest.raises(typer.BadParameter, match=r"--columns expects quantity=column, each quantity once"):
        columns_of(text)
