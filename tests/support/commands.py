"""Commands that must end well."""

from __future__ import annotations

import pytest

from geoinv.cli import main


def succeed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that must end well and without a warning; returns what it says."""
    code = main(arguments)
    captured = capsys.readouterr()
    assert (code, captured.err) == (0, "")
    return captured.out
