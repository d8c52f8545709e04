"""The page on pictures: each of its commands runs, on a small solution."""

from __future__ import annotations

import shlex

from checkout import ROOT
from commands import succeed
from view_subjects import solution

from geoinv.view import picture, style
from geoinv.view.scene import NoSceneError

TEXT = (ROOT / "docs" / "pictures.md").read_text(encoding="utf-8")


def without_3d(*_):
    raise NoSceneError("without its 3D view")


def test_each_command_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(picture, "render", without_3d)  # tested by itself, and slow
    monkeypatch.setattr(style, "_DOTS_PER_INCH", 40)
    data = solution()
    for name, values in (("beta", [2.0, 1.0]), ("chi2_per_datum", [9.0, 4.0]), ("penalty", [1.0, 3.0])):
        data[f"history_{name}"] = ("step", values)
    data.to_netcdf("model.nc")
    data.to_netcdf("other.nc")
    commands = [shlex.split(line)[1:] for line in TEXT.split("```")[1].strip().splitlines()]
    assert len(commands) == 10
    for command in commands:
        assert succeed(command, capsys).startswith("Wrote ")
        written = next(tmp_path / word for word in command[2:] if word.endswith((".png", ".csv", ".html")))
        assert written.stat().st_size > 1000
