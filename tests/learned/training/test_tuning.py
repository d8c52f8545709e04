"""The grid of settings: every combination once, chosen by validation, and resumable."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from geoinv import InputError
from geoinv.algebra.matrices import MatrixOperator
from geoinv.core.progress import reporting
from geoinv.learned.training import tuning
from geoinv.learned.training.stream import ModelStream
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_settings import TrainingSettings
from geoinv.learned.training.tuning import PAPER_GRID, best_of, search

A = MatrixOperator([[1.0, 1.0]])
MODELS = np.random.default_rng(0).standard_normal((40, 2))
SETTINGS = TrainingSettings("squared", epochs=3, device="cpu")
GRID = {"learning_rate": [1e-4, 0.03, 1e30], "batch": [5, 20]}


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 2))


def searched(folder, grid=GRID, resume=False, settings=SETTINGS):
    saved = []
    table = search(network, A, MODELS[:30], MODELS[30:], settings, folder, saved.append, grid, resume)
    return table, saved


def test_the_papers_grid_has_a_hundred_combinations():
    assert np.prod([len(values) for values in PAPER_GRID.values()]) == 100


def test_every_combination_is_trained_and_the_best_by_validation_is_saved(tmp_path):
    table, saved = searched(tmp_path)
    assert len(table) == 6
    errors = {}
    for rate in (1e-4, 0.03):
        for batch in (5, 20):
            settings = replace(SETTINGS, learning_rate=rate, batch=batch)
            errors[rate, batch] = fit(network(), A, MODELS[:30], MODELS[30:], settings).best.validation_loss
    assert {(row.learning_rate, row.batch): row.validation_loss for row in table if row.validation_loss} == errors
    best = best_of(table)
    assert (best.learning_rate, best.batch) == min(errors, key=errors.get)
    one = network()
    fit(one, A, MODELS[:30], MODELS[30:], replace(SETTINGS, learning_rate=best.learning_rate, batch=best.batch))
    assert torch.equal(saved[-1][0].weight, one[0].weight)
    assert {path.name for path in tmp_path.iterdir()} == {"grid.json", "grid.csv"}


def test_a_combination_that_diverges_is_noted_and_the_others_go_on(tmp_path):
    table, _ = searched(tmp_path)
    failed = [row for row in table if row.learning_rate == 1e30]
    assert len(failed) == 2
    assert all("finite loss" in row.outcome and row.validation_loss is None for row in failed)


def test_the_table_on_disk_is_that_of_the_search(tmp_path):
    table, _ = searched(tmp_path)
    content = json.loads((tmp_path / "grid.json").read_text())
    assert [row["validation_loss"] for row in content["combinations"]] == [row.validation_loss for row in table]
    with open(tmp_path / "grid.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["learning_rate"]) for row in rows] == [row.learning_rate for row in table]


def test_finished_combinations_are_skipped_and_the_choice_is_the_same(tmp_path, monkeypatch):
    whole = tmp_path / "whole"
    whole.mkdir()
    expected, _ = searched(whole)

    def stop(step, done, total):
        if step.startswith("grid, combination 4 "):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), reporting(stop):
        searched(tmp_path)
    tried = []
    monkeypatch.setattr(tuning, "fit", lambda *given, **options: tried.append(given[4]) or fit(*given, **options))
    table, _ = searched(tmp_path, resume=True)
    assert len(tried) == 3
    assert [row.validation_loss for row in table] == [row.validation_loss for row in expected]


def other_network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(1, 4), nn.ReLU(), nn.Linear(4, 2))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"A": MatrixOperator([[1.0, -1.0]])}, "an operator of the same name and shapes with other values"),
        ({"models": -MODELS[:30]}, "other training models"),
        ({"validation": -MODELS[30:]}, "other validation models"),
        ({"make_network": other_network}, "a network of other layers"),
    ],
)
def test_a_search_does_not_go_on_with_another_problem(change, told, tmp_path):
    given = {"make_network": network, "A": A, "models": MODELS[:30], "validation": MODELS[30:], "settings": SETTINGS}
    rest = {"folder": tmp_path, "save": lambda trained: None, "grid": {"batch": [20]}}
    search(**given, **rest)
    before = (tmp_path / "grid.json").read_bytes()
    with pytest.raises(InputError, match=f"grid.json expects the training that it was made by, got {told}"):
        search(**{**given, **change}, **rest, resume=True)
    assert (tmp_path / "grid.json").read_bytes() == before
    assert len(search(**given, **rest, resume=True)) == 1


def test_a_search_goes_on_where_a_killed_write_left_a_file(tmp_path):
    def stop(step, done, total):
        if step.startswith("training, epoch 2 "):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), reporting(stop):
        searched(tmp_path)
    left = tmp_path / "combination-001" / "geoinv-0123456789abcdef.partial"
    left.write_bytes(b"half")
    os.utime(left, (0.0, 0.0))
    (tmp_path / "combination-001" / "checkpoint.safetensors.123.partial").write_bytes(b"of an older version")
    table, _ = searched(tmp_path, resume=True)
    assert len(table) == 6
    assert not left.exists()


def test_a_table_of_an_older_version_is_refused(tmp_path):
    searched(tmp_path, {"batch": [20]})
    table = json.loads((tmp_path / "grid.json").read_text())
    del table["run"]
    (tmp_path / "grid.json").write_text(json.dumps({"settings": {}, **table}))
    with pytest.raises(InputError, match="a file that does not say its settings loss, as older versions"):
        searched(tmp_path, resume=True)


def test_a_table_is_not_overwritten_nor_mixed_with_other_settings(tmp_path):
    searched(tmp_path, {"batch": [20]})
    with pytest.raises(InputError, match="expects to be continued, got a search from the start"):
        searched(tmp_path)
    with pytest.raises(InputError, match="the training that it was made by, got settings epochs = 4 where that had 3"):
        searched(tmp_path, resume=True, settings=replace(SETTINGS, epochs=4))
    (tmp_path / "grid.json").write_text("{}")
    with pytest.raises(InputError, match="expects the table of a grid search"):
        searched(tmp_path, resume=True)


def test_a_stream_is_not_searched_with(tmp_path):
    stream = ModelStream(A, lambda count, random: random.random((count, 2)), 8, "uniform")
    with pytest.raises(InputError, match="search expects models that are stored, got a stream; draw some of it"):
        search(network, A, stream, 4, SETTINGS, tmp_path, pytest.fail)
