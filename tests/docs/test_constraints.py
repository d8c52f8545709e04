"""The page on constraints: its example runs, and its worked example is what the script makes."""

from __future__ import annotations

import re
import sys

import numpy as np
import pytest
from bodies import box, stl_text, written_tables
from checkout import ROOT
from small_inversions import buried_cube

from geoinv.formats import write_survey

TEXT = (ROOT / "docs" / "constraints.md").read_text(encoding="utf-8")


def test_the_example_runs(tmp_path, monkeypatch, capsys):
    A, data, _ = buried_cube()
    written_tables(tmp_path)
    write_survey(tmp_path / "obs.mag", A.survey.with_data(data, 1.0))
    (tmp_path / "stock.stl").write_text(stl_text(box((80.0, 60.0, -100.0), (180.0, 160.0, -20.0))))
    for name, height in (("ground", 0.0), ("base_of_cover", -20.0)):
        rows = [f"{x} {y} {height}" for x in (0, 240) for y in (0, 240)]
        (tmp_path / f"{name}.xyz").write_text("\n".join(rows))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for example in re.findall(r"^```python\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL):
        exec(compile(example, "docs/constraints.md", "exec", dont_inherit=True), names)
    assert names["solution"].reached
    assert capsys.readouterr().out.splitlines()[-1] == "(6, 6)"


def test_the_worked_example_starts_as_the_page_says(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs")
    monkeypatch.delitem(sys.modules, "draw_constraints", raising=False)
    import draw_constraints

    A, data, true = draw_constraints.problem()
    assert f"{A.survey.stations} data of 1 nT noise, {true.size:,} cells" in TEXT
    assert np.std(data - A(true)) == pytest.approx(1.0, abs=0.1)
    known = draw_constraints.knowledge(draw_constraints.tables(tmp_path, true))
    rows = re.findall(r"^\| (?:smooth|sparse|compact) \| (.+?) \|", TEXT, flags=re.MULTILINE)
    assert rows == [*known] * 3
    assert (ROOT / "docs" / "constraints.png").stat().st_size < 300_000
