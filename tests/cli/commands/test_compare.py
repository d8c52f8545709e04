"""Command compare on files."""

from __future__ import annotations

from commands import succeed
from view_subjects import solution

from geoinv.cli import main


def test_two_solutions_give_a_picture_and_numbers(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, factor in (("a.nc", 1.0), ("b.nc", 0.8)):
        data = solution()
        data["susceptibility"] = factor * data["susceptibility"]
        data.to_netcdf(name)
    told = succeed(["compare", "a.nc", "b.nc", "--out", "c.png"], capsys)
    assert told.startswith("Wrote c.png: rms difference 0.00")
    assert "correlation 1.000" in told
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    assert main(["compare", "a.nc", "b.nc", "--out", "a.nc"]) == 1
    assert main(["compare", "a.nc", "missing.nc", "--out", "d.png"]) == 1
    assert "missing.nc" in capsys.readouterr().err
