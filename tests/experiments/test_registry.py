"""Every experiment by name has a table with its origin."""

from __future__ import annotations

import json

import pytest
from checkout import ROOT

from geoinv.experiments.registry import EXPERIMENTS

RESULTS = ROOT / "results"

COLUMNS = {"method", "metric", "value", "spread", "limit", "paper", "parameters", "preset", "seed"}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_has_a_table_with_its_origin(name):
    rows = json.loads((RESULTS / name / "table.json").read_text())
    assert rows
    assert all(set(row) >= COLUMNS for row in rows)
    run = json.loads((RESULTS / name / "run.json").read_text())
    assert run["command"].startswith(f"geoinv reproduce {name} --preset {rows[0]['preset']}")
    assert {"machine", "date", "seed"} <= set(run)
    assert list((RESULTS / name).glob("*.png"))
