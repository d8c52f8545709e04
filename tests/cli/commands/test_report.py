"""Command report on a file."""

from __future__ import annotations

from commands import succeed
from view_subjects import solution

from geoinv.cli import main


def test_a_solution_gives_a_page(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    solution().to_netcdf("a.nc")
    assert succeed(["report", "a.nc", "--out", "a.html"], capsys).startswith("Wrote a.html")
    assert (tmp_path / "a.html").read_text().startswith("<!doctype html>")
    assert succeed(["report", "a.nc", "--out", "a.pdf"], capsys).startswith("Wrote a.pdf")
    assert main(["report", "a.nc", "--out", "a.doc"]) == 1
    assert "expects a name that ends in .html or .htm or .pdf" in capsys.readouterr().err
