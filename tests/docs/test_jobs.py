"""The page on job files: its job files are some, and its examples run."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from checkout import ROOT
from job_files import KEYS

import geoinv
from geoinv.jobs.reading import read_job

TEXT = (ROOT / "docs" / "jobs.md").read_text(encoding="utf-8")


def examples(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)


def test_its_job_files_are_read(tmp_path):
    jobs = examples("toml")
    assert len(jobs) == 3
    for text in jobs:
        for name in re.findall(r'"([\w.]+\.(?:csv|xyz|stl|mag|msh|nc))"', text):
            (tmp_path / name).write_text("")
        (tmp_path / "job.toml").write_text(text)
        values = read_job(tmp_path / "job.toml", KEYS)
        assert {"file", "out"} <= set(values)
    assert values["initial"].endswith("smooth.nc")


def test_its_python_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for example in examples("python"):
        exec(compile(example, "docs/jobs.md", "exec", dont_inherit=True), names)
    assert Path("model.checkpoint").is_file()
    assert isinstance(names["samples"], geoinv.Ensemble)
    assert names["compact"].reached
    assert 0.0 < np.mean(names["seen"]) < 1.0
