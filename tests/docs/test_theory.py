"""The page on theory: what its blocks assert holds."""

from __future__ import annotations

import re
from importlib.util import find_spec

import pytest
from checkout import ROOT

TEXT = (ROOT / "docs" / "theory.md").read_text(encoding="utf-8")


def test_each_block_shows_what_is_said():
    pytest.importorskip("torch")  # the last block has a learned potential
    blocks = re.findall(r"^```python\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == TEXT.count("\n## ") + 1
    names: dict[str, object] = {}
    for number, block in enumerate(blocks):
        assert "assert" in block or number == 0, number
        exec(compile(block, f"docs/theory.md, block {number + 1}", "exec", dont_inherit=True), names)


def test_the_modules_that_it_names_exist():
    named = {name for name in re.findall(r"`(geoinv(?:\.[a-z_]+)+)`", TEXT) if name.split(".")[-1] != "l_curve"}
    missing = [name for name in sorted(named - {"geoinv.total_field_anomaly"}) if find_spec(name) is None]
    assert len(named) > 12
    assert missing == []
