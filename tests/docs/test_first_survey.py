"""The first survey's commands, as the page has them, over a smaller window with wider cells."""

from __future__ import annotations

import re
import shlex

import pytest
from checkout import ROOT

from geoinv.cli import main

TEXT = (ROOT / "docs" / "first_survey.md").read_text(encoding="utf-8")
CHANGES = {
    "675000 690000 420000 435000": "678000 686000 421000 428000",
    "--noise 5 ": "--noise 15 ",
    "--spacing 400": "--spacing 1500",
    "--cell 400": "--cell 1000",
}


@pytest.mark.slow
def test_the_commands_run_one_after_the_other(shared_data, tmp_path, capsys, monkeypatch):
    pytest.importorskip("ppigrf")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "WI_Magnetics.csv").symlink_to(shared_data / "usgs_ne_wisconsin_2021" / "WI_Magnetics.csv")
    text = "".join(re.findall(r"^```\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL))
    for old, new in CHANGES.items():
        assert old in text, old
        text = text.replace(old, new)
    said = {}
    for line in text.splitlines():
        _, *command = shlex.split(line)
        assert main(command) == 0, line
        captured = capsys.readouterr()
        said[command[-1]] = captured.out + captured.err
    assert len(said) == 10
    assert said["WI_Magnetics.csv"].strip().endswith("say which it is with --columns tmi=RMF")
    assert "below IGRF-14 in the median" in said["survey.nc"]
    assert "target reached" in said["smooth.nc"]
    assert "target reached after" in said["compact.nc"]
    assert "rms difference" in said["difference.png"]
    assert "5 % of the datum + 5 nT" in said["other.nc"]
    assert {"tmi.png", "smooth.png", "difference.png", "report.html"} <= {path.name for path in tmp_path.iterdir()}
