"""The case of Raglan, by the page's own job files: every eighth station, coarse cells, three samples."""

from __future__ import annotations

import os
import re
import signal

import numpy as np
import pytest
import xarray as xr
from checkout import ROOT
from commands import succeed

from geoinv.cli import main
from geoinv.inversion.checkpoint import Checkpoint

TEXT = (ROOT / "docs" / "cases" / "raglan.md").read_text(encoding="utf-8")


@pytest.fixture
def jobs(shared_data, tmp_path, monkeypatch):
    """The page's two job files beside the survey, made small."""
    monkeypatch.chdir(tmp_path)
    os.symlink(shared_data / "raglan_1997" / "obs.mag", "obs.mag")
    for name, text in re.findall(r"^```toml\n# (\w+\.toml)\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL):
        changes = {
            'file = "obs.mag"': 'file = "obs.mag"\nnoise = "10% + 60"\nevery = 8',
            'file = "mesh.msh"': "cell = 400\ndepth = 1200",
            "target = 27": 'base_level = "fit"',
            "ensemble = 10": "ensemble = 3",
        }
        for old, new in changes.items():
            assert old in text or old.startswith("ensemble")
            text = text.replace(old, new)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_compact_after_smooth_ends_at_one_model_whether_stopped_or_not(jobs, capsys, monkeypatch):
    succeed(["invert", "smooth.toml"], capsys)
    told = succeed(["invert", "compact.toml", "--out", "whole.nc"], capsys)
    assert "target reached" in told
    assert "3 samples" in told
    add, kept = Checkpoint.add, []

    def stopped(self, *arguments):
        add(self, *arguments)
        kept.append(None)
        if len(kept) == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "add", stopped)
        assert main(["invert", "compact.toml"]) == 1
    assert "--resume goes on from there" in capsys.readouterr().err
    succeed(["invert", "compact.toml", "--resume"], capsys)
    with xr.open_dataset("whole.nc") as whole, xr.open_dataset("compact.nc") as resumed:
        for name in ("susceptibility", "susceptibility_standard_deviation"):
            np.testing.assert_array_equal(resumed[name], whole[name])
        compact = whole["susceptibility"].values
        assert 0.0 < whole["susceptibility_standard_deviation"].max() < 3.0 * compact.max()
    with xr.open_dataset("smooth.nc") as data:
        smooth = data["susceptibility"].values
    most = [np.count_nonzero(np.cumsum(np.sort(m.ravel())[::-1]) < 0.5 * m.sum()) for m in (compact, smooth)]
    assert most[0] < most[1]
