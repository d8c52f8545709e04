"""The case of two bodies: the page's table is what the script finds, and joint models are nearer to the truth."""

from __future__ import annotations

import re
import sys

import numpy as np
import pytest
from checkout import ROOT

import geoinv

CASES = ROOT / "docs" / "cases"


@pytest.fixture
def case(monkeypatch):
    monkeypatch.syspath_prepend(CASES)
    monkeypatch.delitem(sys.modules, "two_bodies", raising=False)  # tests/support has one of this name
    import two_bodies

    yield two_bodies.Case()
    sys.modules.pop("two_bodies")


def test_joint_models_share_their_structure_and_a_drill_hole_improves_both(case, capsys):
    found = case.models()
    error = {title: np.array(case.errors(models)) for title, models in found.items()}
    structure = {title: geoinv.structural_error(case.mesh, *models.values()) for title, models in found.items()}
    assert structure["joint"] <= 0.1 * structure["separate"]
    assert (error["joint"] <= error["separate"]).all()
    assert (error["joint, a drill hole"] < error["joint"]).all()
    said = re.findall(r"^\| 500 \| (.+?) \| ([\d.]+) \| ([\d.]+) \|", capsys.readouterr().out, flags=re.MULTILINE)
    text = (CASES / "two_bodies.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| 500 \| (.+?) \| ([\d.]+) \| ([\d.]+) \|", text, flags=re.MULTILINE)
    assert [name for name, *_ in said] == [name for name, *_ in shown]
    for mine, page in zip(said, shown, strict=True):
        assert [float(number) for number in mine[1:]] == pytest.approx(
            [float(number) for number in page[1:]], abs=0.011
        )


def test_the_figure_is_small():
    assert 10_000 < (CASES / "two_bodies.png").stat().st_size < 300_000
