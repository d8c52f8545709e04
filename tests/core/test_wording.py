from __future__ import annotations

import pytest

from geoinv.core.checks import InputWarning
from geoinv.core.wording import options_of_command, way
from geoinv.formats import collected
from geoinv.formats.notes import doubt, note


def test_a_remedy_names_an_argument_in_python_and_an_option_where_the_command_has_it() -> None:
    assert way("give --columns tmi=NAME", "give columns={'tmi': NAME}") == "give columns={'tmi': NAME}"
    with options_of_command(["--columns", "--out"]):
        assert way("give --columns tmi=NAME", "x") == "give --columns tmi=NAME"
        assert way("give --columns or --height", "x", "rename the column") == "rename the column"
        assert way("drop those stations", "x") == "drop those stations"


def test_a_doubt_is_a_warning_unless_it_is_collected() -> None:
    with pytest.warns(InputWarning, match="3 rows are left out"):
        doubt("3 rows are left out")
    with collected() as notes:
        for _ in range(2):
            doubt("3 rows are left out")
            note("columns", "easting = X (m)")
    assert notes.doubts == ["3 rows are left out"]
    assert notes.taken == [("columns", "easting = X (m)")]
