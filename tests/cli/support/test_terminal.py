"""Lines of a summary, warnings and the sentence that ends a failure."""

from __future__ import annotations

import re
import time

from geoinv.cli.support.terminal import cost, fail, say, say_notes, warn
from geoinv.formats.notes import Notes


def test_a_line_has_its_label_in_a_column_and_further_lines_below(capsys):
    say("mesh", "one\ntwo")
    say("", "three")
    say("alone", "")
    assert capsys.readouterr().out == "mesh      one\n          two\n          three\nalone\n"


def test_warnings_and_failures_are_one_line_each_on_standard_error(capsys):
    warn("look\nhere")
    assert fail("stop\x1b[31m", 3) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["geoinv: warning: look here", "geoinv: stop\\x1b[31m"]


def test_notes_are_lines_and_their_doubts_warnings(capsys):
    say_notes(Notes([("columns", "easting = X")], ["two rows are left out"]))
    out, err = capsys.readouterr()
    assert out == "columns   easting = X\n"
    assert err == "geoinv: warning: two rows are left out\n"


def test_the_cost_is_in_seconds_and_memory():
    assert re.fullmatch(r"5\.\d s, peak memory [\d.]+ [MG]B", cost(time.perf_counter() - 5.0))
