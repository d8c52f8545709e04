"""Commands on the small survey, and what every failure of one must look like."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoinv.cli import main

INVERT = ["invert", "obs.mag", "--mesh", "mesh.msh", "--out", "out.nc"]
FORWARD = ["forward", "--mesh", "mesh.msh", "--model", "model.sus", "--survey", "obs.mag", "--out", "out.nc"]


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str], folder: Path) -> str:
    """Sentence of a command that must fail as it should; warnings before it are left out."""
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert main(arguments) == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("geoinv: warning: ")]
    assert len(lines) == 1, lines
    assert lines[0].startswith("geoinv: ")
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    return lines[0].removeprefix("geoinv: ")
