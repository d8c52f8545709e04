"""The list of engines: what it says is what callers, the command line and refusals name."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from makers import FIELD, regular_grid

import geoinv
from geoinv import InputError
from geoinv.cli.support.options import Engine
from geoinv.operators import Magnetics
from geoinv.operators.prisms.engines import ENGINES

ABOVE = geoinv.Survey([3.0, 9.0], [104.0, 111.0], [9.0, 12.0], field=FIELD)


def test_the_command_line_names_the_engines_of_the_list():
    assert get_args(Engine) == ("auto", *ENGINES)


def test_an_unknown_engine_is_refused_with_those_of_the_list():
    with pytest.raises(InputError, match=", ".join(ENGINES)):
        Magnetics(regular_grid(), ABOVE, engine="fast")


def attempt(name: str) -> Magnetics | str:
    """Operator by an engine, or the refusal."""
    try:
        return Magnetics(regular_grid(), ABOVE, engine=name)
    except InputError as refusal:
        return str(refusal)


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_answers_for_itself_with_an_offer_or_a_clause(name):
    A = attempt(name)
    if isinstance(A, str):
        assert re.match(rf"engine='{name}' expects {ENGINES[name].expects}, but .*; engines that fit: ", A)
    else:
        assert A.engine == name
        assert (A.problem.rtol is not None) == ENGINES[name].approximate
        assert A.estimate().memory > 0.0
