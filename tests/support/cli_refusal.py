"""Commands on the small survey, and what every failure of one must look like."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoinv.cli import main

INVERT = ["invert", "obs.mag", "--mesh", "mesh.msh", "--out", "out.nc"]
FORWARD = ["forward", "--mesh", "mesh.msh", "--model", "model.sus", "--survey", "obs.mag", "--out", "out.nc"]


def content_of(folder: Path) -> dict[Path, int]:
    """Everything in a folder, with the time at which each file was changed."""
    # that of a folder changes where it is tried whether a file can be written
    return {path: path.stat().st_mtime_ns if path.is_file() else 0 for path in folder.rglob("*")}


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str], folder: Path) -> str:
    """Sentence of a command that must fail as it should; warnings before it are left out."""
    before = content_of(folder)
    assert main(arguments) == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("geoinv: warning: ")]
    assert len(lines) == 1, lines
    assert lines[0].startswith("geoinv: ")
    assert content_of(folder) == before
    return lines[0].removeprefix("geoinv: ")
