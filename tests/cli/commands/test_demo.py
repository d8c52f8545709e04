"""Command demo: its bodies are found."""

from __future__ import annotations

import pytest
from commands import succeed


@pytest.mark.slow
def test_demo_recovers_its_bodies(tmp_path, capsys):
    told = succeed(["demo", "--out", str(tmp_path / "demo")], capsys)
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == ["model.nc", "model.png"]
    assert "target reached" in told
    lines = [line.split() for line in told.splitlines()]
    offsets = {words[0]: float(words[-2]) for words in lines if words and words[0] in ("dyke", "stock", "sill", "pipe")}
    assert len(offsets) == 4
    assert max(offsets.values()) < 150.0
