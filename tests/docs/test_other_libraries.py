"""The page on other libraries: its example runs."""

from __future__ import annotations

import re

import numpy as np
import pytest
from checkout import ROOT

TEXT = (ROOT / "docs" / "other_libraries.md").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore:Unused keyword argument", "ignore:splu converted its input")
def test_the_example_finds_the_same_model():
    pytest.importorskip("simpeg")
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, object] = {}
    exec(example, names)
    expected = names["own"].model.ravel()
    assert np.linalg.norm(names["found"] - expected) < 0.01 * np.linalg.norm(expected)
