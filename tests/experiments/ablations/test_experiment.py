"""The ablations: equal parameters where they are promised, and the quick run of the whole experiment."""

from __future__ import annotations

import json
from itertools import groupby

import numpy as np
import pytest
import torch

from geoinv.experiments import run_experiment
from geoinv.experiments.ablations.dictionaries import ellipses

REQUIRED = {"method", "metric", "value", "spread", "limit", "paper", "parameters", "preset", "seed"}


def test_ellipses_are_zero_and_one_and_differ():
    sections = ellipses(40, (16, 20), np.random.default_rng(0))
    assert sections.shape == (40, 16, 20)
    assert set(np.unique(sections)) == {0.0, 1.0}
    assert sections.reshape(40, -1).any(1).all()
    assert 0.02 < sections.mean() < 0.5
    assert len(np.unique(sections.reshape(40, -1), axis=0)) == 40
    again = ellipses(40, (16, 20), np.random.default_rng(0))
    assert np.array_equal(again, sections)


@pytest.mark.slow
def test_the_quick_run_changes_one_thing_at_a_time(tmp_path):
    random = torch.random.get_rng_state()
    tables = [run_experiment("ablations", "quick", 0, tmp_path / name) for name in "ab"]
    assert torch.equal(torch.random.get_rng_state(), random)
    folder = tmp_path / "a" / "ablations"
    assert {path.name for path in folder.iterdir()} == {
        "table.json", "table.csv", "table.md", "run.json", "embedding.png"
    }  # fmt: skip
    rows = json.loads((folder / "table.json").read_text())
    assert all(row.keys() >= REQUIRED for row in rows)
    assert all(row["preset"] == "quick" and row["seed"] == 0 and np.isfinite(row["value"]) for row in rows)

    cases = {case: list(members) for case, members in groupby(rows, key=lambda row: row["case"])}
    sizes = {row["method"] for row in cases["embedding, equal parameters"]}
    assert sizes >= {"no embedding, E = I", *(f"K/N = {ratio}" for ratio in (1, 2, 4, 8, 16, 32))}
    for case in ("embedding, equal parameters", "shared weights, equal parameters"):
        counts = [row["parameters"] for row in cases[case]]
        assert max(counts) <= 1.05 * min(counts)
    shared = {row["method"] for row in cases["shared weights, equal parameters"]}
    assert {"EUnet (weights of each layer)", "OPTEnet (shared weights)"} <= shared
    layers = cases["layers after training"]
    assert [row["method"] for row in layers] == 2 * ["EUnet, L = 2", "EUnet, L = 4", "EUnet, L = 8"]
    notes = [row["note"].partition(";")[0] for row in layers]
    assert notes == 3 * ["trained with 2 layers"] + 3 * ["trained with 1, 2 or 4 layers, drawn for each batch"]
    trained = next(
        row
        for row in cases["shared weights, equal parameters"]
        if row["method"].startswith("EUnet") and row["metric"] == "NMSE / Bayes error"
    )
    # the network as it was trained, and the same again after its layers were changed
    assert cases["layers after training"][0]["value"] == pytest.approx(trained["value"], rel=1e-9)
    dictionaries = next(members for case, members in cases.items() if case.startswith("dictionaries"))
    assert any("wavelets" in row["method"] for row in dictionaries)
    assert any(row["method"].startswith("learned") for row in dictionaries)

    values = [[(row.case, row.method, row.metric, row.value) for row in table.rows] for table in tables]
    assert values[0] == values[1]
