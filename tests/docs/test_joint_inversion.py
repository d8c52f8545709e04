"""The page on joint inversion: its example runs."""

from __future__ import annotations

import re

import numpy as np
from checkout import ROOT
from two_bodies import data_sets

from geoinv.formats import write_survey

TEXT = (ROOT / "docs" / "joint_inversion.md").read_text(encoding="utf-8")


def test_the_example_runs(tmp_path, monkeypatch):
    for one, name in zip(data_sets(), ("lines.mag", "stations.grv"), strict=True):
        write_survey(tmp_path / name, one.operator.survey.with_data(one.data, np.full(one.data.shape, one.uncertainty)))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for example in re.findall(r"^```python\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL):
        exec(compile(example, "docs/joint_inversion.md", "exec", dont_inherit=True), names)
    assert names["solution"].reached
    assert names["density"].max() <= 1000.0
