"""Options for each survey and for each property."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from geoinv.cli.support.by_property import by_property, one_each
from geoinv.core.checks import InputError


def test_another_number_of_values_than_of_surveys_is_refused():
    with pytest.raises(InputError, match="once for each of the 2 surveys, in their order, got 1; give 'file'"):
        one_each("--noise", ["5"], "file", [Path("a"), Path("b")])


@pytest.mark.parametrize("texts", [["density"], ["=0:1"], ["density="], ["density=1", "density=2"]])
def test_what_names_no_property_or_one_twice_is_refused(texts):
    with pytest.raises(typer.BadParameter, match="PROPERTY=VALUE"):
        by_property("--bounds", texts)
