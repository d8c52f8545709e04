"""The page on other libraries: its example runs."""

from __future__ import annotations

import re

import numpy as np
import pytest
from checkout import ROOT

TEXT = (ROOT / "docs" / "other_libraries.md").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore:Unused keyword argument", "ignore:splu converted its input")
def test_the_example_fits_the_data():
    pytest.importorskip("simpeg")
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, object] = {}
    exec(example, names)
    survey = names["survey"]
    residual = (names["simulation"].dpred(names["found"]) - survey.data.ravel()) / survey.uncertainty.ravel()
    assert np.mean(residual**2) < 0.1 * np.mean((survey.data / survey.uncertainty) ** 2)
