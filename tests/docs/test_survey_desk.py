"""What docs/survey_desk.md shows of real lines: its command, run as it stands there, and its figures."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from checkout import ROOT

from geoinv.cli import main
from geoinv.formats import read_survey

PAGE = (ROOT / "docs" / "survey_desk.md").read_text()


def test_the_command_on_real_lines_gives_the_figures_of_the_page(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(shared_data / "usgs_ne_wisconsin_2021" / "WI_Magnetics.csv", tmp_path)
    command = re.search(r"^geoinv (prepare WI_Magnetics.*?wisconsin\.nc)$", PAGE, re.M | re.S)
    assert command is not None
    assert main(shlex.split(command[1].replace("\\\n", " "))) == 0
    told = capsys.readouterr()
    below = re.search(r"igrf is (\S+) nT below IGRF-14 in the median", told.err)
    assert below is not None
    assert f"and {below[1]} nT in this window" in PAGE
    angles = re.search(r"declination (\S+) degrees from the northing axis \((\S+) from true north\)", told.out)
    assert angles is not None
    assert f"declination {angles[1]} degrees from the northing axis, {angles[2]} from true north" in PAGE
    survey = read_survey("wisconsin.nc")
    assert survey.line is not None
    assert f"{survey.stations} stations of {len(set(survey.line))} lines" in PAGE
    assert {"fiducial", "line", "date", "time", "radar_height", "ground", "Diurnal", "RMF"} <= set(survey.columns)
