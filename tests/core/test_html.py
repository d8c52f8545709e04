"""Fragments for notebooks."""

from __future__ import annotations

from geoinv.core.html import html_of


def test_names_and_lines_are_escaped():
    shown = html_of("<b>", ["a & b", "\x1b[2J"])
    assert "&lt;b&gt;" in shown
    assert "a &amp; b" in shown
    assert "\x1b" not in shown
