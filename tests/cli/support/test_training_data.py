"""Models to train with and to choose by, and the tables that name none."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError
from geoinv.cli.support.training_data import load_training_data

MODELS = np.arange(60.0).reshape(20, 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    np.save(tmp_path / "models.npy", MODELS)
    np.save(tmp_path / "others.npy", MODELS[:4] + 100.0)
    return tmp_path


def load(folder: Path, seed: int = 0, **table):
    configuration = SimpleNamespace(
        data=table,
        where=lambda name: f"run.toml [{name}]",
        path=folder / "run.toml",
        training=SimpleNamespace(seed=seed),
    )
    return load_training_data(configuration)


def test_a_share_is_held_back_and_none_is_in_both(folder):
    training, validation = load(folder, models="models.npy", validation=0.25)
    assert (len(training), len(validation)) == (15, 5)
    together = np.concatenate([training, validation])
    npt.assert_array_equal(together[np.argsort(together[:, 0])], MODELS)
    again, _ = load(folder, models="models.npy", validation=0.25)
    npt.assert_array_equal(again, training)
    other, _ = load(folder, seed=1, models="models.npy", validation=0.25)
    assert not np.array_equal(other, training)


def test_the_first_models_are_counted_before_the_share_is_taken(folder):
    training, validation = load(folder, models="models.npy", count=10)
    assert (len(training), len(validation)) == (9, 1)
    assert max(training.max(), validation.max()) == MODELS[:10].max()


def test_a_second_file_is_the_validation(folder):
    training, validation = load(folder, models="models.npy", validation="others.npy")
    npt.assert_array_equal(training, MODELS)
    npt.assert_array_equal(validation, MODELS[:4] + 100.0)


def test_models_of_the_duathlon_are_drawn_by_the_seed(folder):
    training, validation = load(folder, name="duathlon", count=40, validation=0.5)
    assert training.shape == validation.shape
    assert len(training) == 20
    assert not np.array_equal(load(folder, seed=1, name="duathlon", count=40, validation=0.5)[0], training)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({}, r"run\.toml \[data\] expects either models = \"FILE\" or name"),
        ({"models": "models.npy", "name": "mnist"}, r"give one of the two"),
        ({"models": "models.npy", "size": 3}, r"size"),
        ({"models": 3}, r"models"),
        ({"models": "missing.npy"}, r"missing\.npy"),
        ({"models": "models.npy", "count": True}, r"count to be a whole number from 1"),
        ({"models": "models.npy", "count": 0}, r"count to be a whole number from 1"),
        ({"models": "models.npy", "count": 2.5}, r"count to be a whole number from 1"),
        ({"models": "models.npy", "validation": 1.0}, r"a file or a share between 0 and 1, got 1\.0"),
        ({"models": "models.npy", "validation": float("nan")}, r"a file or a share between 0 and 1"),
        ({"models": "models.npy", "count": 3, "validation": 0.1}, r"got 3 in all of which 0 are for validation"),
        ({"models": "models.npy", "count": 1, "validation": 0.9}, r"got 1 in all of which 1 are for validation"),
        ({"name": "cifar"}, r"mnist.*cifar"),
        ({"name": "duathlon", "count": 2**62}, r"memory"),
    ],
)
def test_tables_that_give_no_models_are_rejected(table, sentence, folder):
    with pytest.raises(InputError, match=sentence):
        load(folder, **table)
