"""Job files that are written: read again, they give the same options."""

from __future__ import annotations

from pathlib import Path

from job_files import KEYS

from geoinv.jobs.reading import read_job
from geoinv.jobs.writing import job_text

DEFAULTS = {key.parameter: key.default for key in KEYS}


def test_options_come_back_from_another_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jobs").mkdir()
    strange = 'a "b" \\ü.msh'
    for name in ("obs.mag", strange, "ref.sus", "ground.xyz"):
        (tmp_path / name).write_text("")
    options = {
        **DEFAULTS,
        "file": Path("obs.mag"),
        "mesh": Path(strange),
        "topo": tmp_path / "ground.xyz",
        "field": (65.0, 25.0, 5e4),
        "columns": "easting=E,tmi=7",
        "bounds": (0.0, float("inf")),
        "reference": "ref.sus",
        "norms": "0.0,1.0",
        "base_level": "fit",
        "demagnetization": True,
        "rtol": 1e-5 / 3.0,
        "out": Path("out.nc"),
    }
    path = Path("jobs", "job.toml")
    path.write_text(job_text(options, KEYS, path.parent), encoding="utf-8")
    values = {**DEFAULTS, **read_job(path, KEYS)}
    assert "../obs.mag" in path.read_text(encoding="utf-8")
    for name, value in options.items():
        if name in ("file", "mesh", "out", "reference"):
            assert Path(values[name]).resolve() == (tmp_path / value).resolve()
        else:
            assert values[name] == value, name


def test_what_is_as_by_default_is_left_out():
    options = {**DEFAULTS, "file": Path("obs.mag"), "out": Path("out.nc")}
    assert job_text(options, KEYS, Path()).split() == (
        ["version", "=", "1", "[survey]", "file", "=", '"obs.mag"', "[output]", "file", "=", '"out.nc"']
    )
