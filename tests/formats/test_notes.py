"""What readers say: collected once each, or a warning."""

from __future__ import annotations

import pytest

from geoinv.core.checks import InputWarning
from geoinv.formats.notes import collected, doubt, note, note_elevation


def test_what_is_said_is_collected_once_by_the_innermost():
    with collected() as outer:
        note("columns", "a")
        with collected() as inner:
            note("columns", "b")
            note("columns", "b")
            doubt("hm")
            doubt("hm")
        note_elevation(15.0)
    assert inner.taken == [("columns", "b")]
    assert inner.doubts == ["hm"]
    assert [label for label, _ in outer.taken] == ["columns", "heights"]
    assert outer.doubts == []


def test_without_a_collector_doubts_are_warnings_and_notes_silent():
    note("columns", "a")
    with pytest.warns(InputWarning, match="^hm$"):
        doubt("hm")
