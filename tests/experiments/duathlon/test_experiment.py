"""The duathlon: what theory knows of it, and the quick run of the whole experiment."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from geoinv.experiments import Table, run_experiment
from geoinv.experiments.duathlon.problem import Duathlon
from geoinv.experiments.shared.seeds import over_seeds
from geoinv.learned import load
from geoinv.operators import TotalTime

REQUIRED = {"method", "metric", "value", "spread", "limit", "paper", "parameters", "preset", "seed"}


def test_spread_is_the_deviation_over_the_seeds():
    assert over_seeds([1.0, 2.0, 6.0]) == {"value": 3.0, "spread": pytest.approx(np.sqrt(7.0))}
    assert over_seeds([4.0]) == {"value": 4.0, "spread": None}


@pytest.fixture(scope="module")
def quick_table(tmp_path_factory) -> tuple[Table, Path]:
    """Table and folder of one quick run."""
    folder = tmp_path_factory.mktemp("results")
    random = torch.random.get_rng_state()
    table = run_experiment("duathlon", "quick", 3, folder)
    assert torch.equal(torch.random.get_rng_state(), random)
    return table, folder / "duathlon"


def values_of(table: Table) -> list[tuple[str, str, str, float | None]]:
    return [(row.case, row.method, row.metric, row.value) for row in table.rows]


@pytest.mark.slow
def test_the_quick_run_writes_table_figures_and_weights(quick_table):
    _, folder = quick_table
    names = {"table.json", "table.csv", "table.md", "run.json", "figure-2.png", "convergence.png"}
    assert {path.name for path in folder.iterdir()} == names | {"OPTEnet.safetensors", "EUnet.safetensors"}
    rows = json.loads((folder / "table.json").read_text())
    assert all(row.keys() >= REQUIRED for row in rows)
    assert all(row["preset"] == "quick" and row["seed"] == 3 for row in rows)
    by_name = {(row["case"], row["method"], row["metric"]): row for row in rows}
    assert len(by_name) == len(rows)
    exact = by_name["", "posterior mean", "NMSE"]
    assert exact["value"] == exact["limit"] == pytest.approx(0.0407, rel=0.1)
    for name, paper in (("Proximal", 0.35), ("OPTEnet", 0.082), ("EUnet", 0.041)):
        row = by_name["the paper's loss, unsquared", name, "NMSE"]
        assert row["paper"] == paper
        assert row["limit"] == exact["value"]
        assert row["parameters"] > 0
        assert by_name["squared loss", name, "NMSE"]["paper"] is None
    for metric in ("NMSE / Bayes error", "(MSE - Bayes)/(LMMSE - Bayes)"):
        assert ("squared loss", "EUnet", metric) in by_name
    sampled = {row["method"] for row in rows if row["case"] == "sampling"}
    assert len(sampled) >= 3
    network = load(folder / "EUnet.safetensors", TotalTime())
    found = network(torch.zeros(3, 1))
    assert torch.isfinite(found).all()


@pytest.mark.slow
def test_the_seed_decides_every_number_of_the_table(quick_table, tmp_path):
    again = run_experiment("duathlon", "quick", 3, tmp_path)
    assert values_of(again) == values_of(quick_table[0])
    other, same = Duathlon.draw(20, 30, seed=4), Duathlon.draw(20, 30, seed=3)
    assert not np.array_equal(other.test_data, same.test_data)
