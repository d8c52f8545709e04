"""The page on uncertainty: its example runs, and its regularizers have ensembles."""

from __future__ import annotations

import re

from checkout import ROOT

import geoinv
from geoinv.regularizers.registry import REGULARIZERS

TEXT = (ROOT / "docs" / "uncertainty.md").read_text(encoding="utf-8")


def test_the_example_runs():
    names: dict[str, object] = {}
    for example in re.findall(r"^```python\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL):
        exec(compile(example, "docs/uncertainty.md", "exec", dont_inherit=True), names)
    assert isinstance(names["samples"], geoinv.Ensemble)
    assert names["deviation"].shape == (4, 8, 8)


def test_the_regularizers_that_it_names_are_all_that_there_are():
    named = TEXT.partition("\nSmooth, ")[2].partition(" and their sums")[0]
    made = {entry.make.__name__ for entry in REGULARIZERS.values()}
    assert made <= {"Smooth", *named.split(", ")}
    assert all(hasattr(entry.make, "random_gradient") for entry in REGULARIZERS.values())
