"""The page on synthetic geology: its examples, its table of kinds, and its picture."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from checkout import ROOT

from geoinv.datasets import Geology
from geoinv.datasets.geology import KINDS

TEXT = (ROOT / "docs" / "geology.md").read_text(encoding="utf-8")


def test_the_examples_run():
    names: dict[str, object] = {}
    for example in re.findall(r"^```python\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL):
        exec(compile(example, "docs/geology.md", "exec", dont_inherit=True), names)
    assert isinstance(names["geology"], Geology)
    assert np.shape(names["data"]["susceptibility"]) == (16, 32, 32)


def test_the_table_has_every_kind_and_says_which_are_held_back():
    rows = dict(re.findall(r"^\| ([a-z ]+?) \| (.+) \|$", TEXT.split("## What it assumes")[0], flags=re.MULTILINE))
    del rows["kind"]
    assert list(rows) == list(KINDS)
    assert {name for name, text in rows.items() if text.startswith("held back")} == {
        name for name, kind in KINDS.items() if kind.held_back
    }


def test_the_picture_is_drawn_of_every_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("matplotlib")
    monkeypatch.syspath_prepend(ROOT / "docs")
    monkeypatch.delitem(sys.modules, "draw_geology", raising=False)
    import draw_geology

    monkeypatch.setattr(draw_geology, "SHAPE", (8, 16, 16))
    models = draw_geology.drawn_models()
    assert list(models) == [*KINDS, "training mixture"]
    draw_geology.draw(tmp_path / "geology.png", models)
    assert (tmp_path / "geology.png").stat().st_size > 10_000
    assert (ROOT / "docs" / "geology.png").stat().st_size < 150_000
