"""Options that are texts: what a job file has in their place, and back."""

from __future__ import annotations

import pytest

from geoinv.jobs.forms import COLUMNS, FILE, NUMBER_OR_FILE, NUMBERS, number_or, tables

BODY = tables(("surface",), {"value": float, "low": float})
CELLS = tables((), {"low": float | str}, files_too=True)


def moved(name):
    return f"folder/{name}"


@pytest.mark.parametrize(
    ("form", "value", "option"),
    [
        (NUMBERS, [4.0, 1.0, 1.0], "4.0,1.0,1.0"),
        (NUMBERS, 0.1, "0.1"),
        (NUMBER_OR_FILE, 1e-300, "1e-300"),
        (number_or("none", "fit"), "fit", "fit"),
        (number_or("none", "fit"), -3.5, "-3.5"),
        (COLUMNS, {"easting": "E_Nad83", "tmi": 7}, "easting=E_Nad83,tmi=7"),
        (tables(("a", "b"), {"hard": bool, "dip": str}), [{"a": "x", "b": "y", "hard": False, "dip": "up"}], None),
        (BODY, [{"surface": "a.stl", "value": 0.05}, {"surface": "b.stl", "low": float("-inf")}], None),
    ],
)
def test_values_survive_the_way_to_an_option_and_back(form, value, option):
    made = form.to_option(value, str)
    assert option is None or made == option
    assert form.from_option(made, str) == value


def test_names_of_files_are_moved_and_told():
    assert str(FILE.to_option("a.msh", moved)) == "folder/a.msh"
    assert NUMBER_OR_FILE.to_option("ref.sus", moved) == "folder/ref.sus"
    assert (NUMBER_OR_FILE.files(0.5), NUMBER_OR_FILE.files("ref.sus")) == ([], ["ref.sus"])
    assert BODY.to_option([{"surface": "a.stl", "value": 1.0}], moved) == ["folder/a.stl,value=1.0"]
    assert CELLS.to_option([{"low": "low.sus"}], moved) == ["low=folder/low.sus"]
    assert CELLS.files([{"low": "low.sus"}, {"low": 0.0}]) == ["low.sus"]
    assert BODY.files([{"surface": "a.stl", "value": 1.0}]) == ["a.stl"]
