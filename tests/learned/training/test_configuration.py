"""Settings of a training in a file: every one that cannot be used is one sentence."""

from __future__ import annotations

import pytest
from cli_refusal import refused
from saved_network import BILLION
from small_training import SMALL, made_training


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Working folder with ``run.toml`` and 20 models."""
    monkeypatch.chdir(tmp_path)
    made_training(tmp_path)
    (tmp_path / "out").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("layers = 2", f"layers = {BILLION}", "OPTEnet expects at most 10,000 layers or steps in all, got 1e+09"),
        ("layers = 2", f"channels = {BILLION}", "memory (half of what is free), but that needs"),
        ("embedding = 4", f"embedding = {BILLION}", "memory (half of what is free), but that needs"),
        ("layers = 2", f"width = {BILLION}", "Potential expects its 9e+18 numbers to fit in"),
        ("layers = 2", f"potential_layers = {BILLION}", "expects"),
        ("layers = 2", f"kernel = {BILLION + 1}", "numbers to fit in"),
        ("layers = 2", "layers = " + "9" * 25, "[network] expects layers to be a number of at most 64 bits"),
        ("layers = 2", "layers = " + "9" * 5000, "expects TOML"),
        ("layers = 2", "layers = 0x" + "f" * 5000, "an int that is too large to show"),
        ("layers = 2", "seed = -1", "a network expects seed to be a whole number from 0 to 2^63 - 1, got -1"),
        ("shape = [6, 5]", "shape = [100000, 100000]", "Blur expects its point spread to fit in"),
        ("shape = [6, 5]", "shape = [6, 5.5]", "expects shape to be a list of whole numbers, got [6, 5.5]"),
        ("shape = [6, 5]", "shape = " + "[" * 5000 + "]" * 5000, "expects TOML"),
        ("shape = [6, 5]", 'shape = ["a", "b"]', "expects shape to be a list of whole numbers"),
        ("scale = 1.0", "scale = nan", "expects scale to be a finite number, got nan"),
        ("scale = 1.0", "scale = inf", "expects scale to be a finite number, got inf"),
        ("scale = 1.0", "scale = 1.0\ndtype = []", "expects dtype to be text, got []"),
        ('name = "Blur"', "name = []", "[operator] expects name to be text, got []"),
        ('name = "OPTEnet"', "name = 7", "[network] expects name to be text, got 7"),
        ("epochs = 2", "seed = " + "9" * 25, "expects seed to be a number of at most 64 bits"),
        ("batch = 8", "batch = " + "9" * 25, "expects batch to be a number of at most 64 bits"),
        ("epochs = 2", "noise = nan", "expects noise to be a finite number, got nan"),
        ('device = "cpu"', 'device = "meta"', "expects a device that torch can use, got 'meta'"),
        ('device = "cpu"', 'device = "lazy"', "expects a device that torch can use, got 'lazy'"),
        ('device = "cpu"', 'device = "toaster"', "expects a device that torch can use, got 'toaster'"),
        ('models = "models.npy"', 'models = "a\\u0000.npy"', "expects models to be the name of a file or folder"),
        ('models = "models.npy"', f'models = "{"a" * 400}.npy"', "expects models to be the name of a file or folder"),
        ('models = "models.npy"', 'name = "mnist"\nfolder = "\\u0000"', "expects folder to be the name of a file or"),
        ("validation = 0.2", 'validation = "\\u0000.npy"', "expects validation to be the"),
        ('models = "models.npy"', f'name = "duathlon"\ncount = {10**15}', "[data] expects its models to fit in"),
        ('models = "models.npy"', f'models = "models.npy"\ncount = {10**25}', "whole number from 1 to 2^63 - 1"),
        ('folder = "out"', 'folder = "o\\u0000t"', "[output] expects folder to be the name of a file or folder"),
        ("[operator]", "[operator]\nmatrix = 'a\\u0000'\n[x]", "expects"),
    ],
)
def test_settings_that_no_training_can_use_are_one_sentence(old, new, sentence, folder, capsys):
    (folder / "run.toml").write_text(SMALL.replace(old, new, 1))
    said = refused(["train", "run.toml"], capsys, folder)
    assert sentence in said
    assert len(said) < 1000
