"""Command ``reproduce``: what it writes and says, and how it fails."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from types import SimpleNamespace

import pytest
from cli_refusal import refused

from geoinv.cli import main
from geoinv.core.checks import InputError
from geoinv.experiments import EXPERIMENTS, Table, load_experiment, registry

PROMISED = {"duathlon", "double-well", "potentials", "bypass", "deblurring", "magnetics"}


@pytest.fixture
def two_experiments(monkeypatch):
    """Registry of ``good``, which gives a row, and ``bad``, which fails before it."""

    def good(settings):
        (settings.folder / "picture.png").write_bytes(b"drawn")
        return Table("good", [settings.row(method="m", metric="NMSE", value=0.5, limit=0.25)], {"dataset": "made up"})

    def bad(settings):
        raise RuntimeError("no convergence")

    monkeypatch.setitem(sys.modules, "made_up_good", SimpleNamespace(run=good))
    monkeypatch.setitem(sys.modules, "made_up_bad", SimpleNamespace(run=bad))
    experiments = {"bad": "made_up_bad", "good": "made_up_good"}
    monkeypatch.setattr(registry, "EXPERIMENTS", experiments)
    monkeypatch.setattr("geoinv.experiments.EXPERIMENTS", experiments)


def test_every_promised_experiment_is_registered():
    assert set(EXPERIMENTS) >= PROMISED


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_registered_experiment_imports_and_can_be_run(name):
    pytest.importorskip("torch")
    assert callable(load_experiment(name).run)


def test_a_run_writes_the_table_with_its_origin(two_experiments, tmp_path, capsys):
    assert main(["reproduce", "good", "--preset", "cpu", "--seed", "4", "--out", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("# good\n\n- dataset: made up\n- command: geoinv reproduce good --preset cpu --seed 4\n")
    (row,) = json.loads((tmp_path / "good" / "table.json").read_text())
    assert (row["value"], row["preset"], row["seed"]) == (0.5, "cpu", 4)
    origin = json.loads((tmp_path / "good" / "run.json").read_text())
    assert {"command", "preset", "seed", "machine", "date", "seconds", "version", "dataset"} <= set(origin)
    names = {path.name for path in (tmp_path / "good").iterdir()}
    assert names == {"picture.png", "table.json", "table.csv", "table.md", "run.json"}


def test_one_failure_among_all_does_not_lose_the_others(two_experiments, tmp_path, capsys):
    assert main(["reproduce", "all", "--out", str(tmp_path)]) == 1
    captured = capsys.readouterr()
    assert "failed: RuntimeError('no convergence')" in captured.out
    assert "m: NMSE 0.5 (limit 0.25)" in captured.out
    assert captured.err == f"geoinv: bad failed; the results of the others are in {tmp_path}\n"
    assert (tmp_path / "good" / "table.json").exists()


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    sentence = refused(["reproduce", "triathlon"], capsys, tmp_path)
    assert sentence.startswith("reproduce expects an experiment to be one of duathlon, ")
    assert sentence.endswith("all; got 'triathlon'")


def test_an_unknown_preset_is_answered_with_the_known_ones(capsys):
    assert main(["reproduce", "bypass", "--preset", "huge"]) == 2
    told = capsys.readouterr().err
    assert all(name in told for name in ("huge", "quick", "cpu", "full"))
    assert told.count("\n") == 1


def test_results_where_no_folder_can_be_made_are_refused(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    sentence = refused(["reproduce", "bypass", "--out", str(tmp_path / "file")], capsys, tmp_path)
    assert "expects a place for a folder" in sentence


def test_a_folder_that_cannot_be_written_is_refused(two_experiments, tmp_path, capsys, monkeypatch):
    (tmp_path / "good").mkdir()
    monkeypatch.setattr(registry, "os", SimpleNamespace(access=lambda path, mode: False, W_OK=os.W_OK))
    assert "choose another with --out" in refused(["reproduce", "good", "--out", str(tmp_path)], capsys, tmp_path)


def test_without_torch_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "geoinv.experiments.potentials", raising=False)
    for module in [name for name in sys.modules if name.startswith("geoinv.learned")]:
        monkeypatch.delitem(sys.modules, module)
    with pytest.raises(InputError, match=r"expects torch, which is not installed; run: pip install 'geoinv\[learn\]'"):
        load_experiment("potentials")


def test_without_matplotlib_the_sentence_says_what_to_install(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(registry, "find_spec", lambda name: None if name == "matplotlib" else found(name))
    with pytest.raises(InputError, match=r"pip install 'geoinv\[view\]'"):
        load_experiment("bypass")
