"""Batches of stored and streamed models, and what is held back."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch
from constant_network import Constant

from geoinv import InputError
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.learned.training.batches import batches_of, held_back
from geoinv.learned.training.stream import ModelStream
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_settings import TrainingSettings

CPU = torch.device("cpu")
SETTINGS = TrainingSettings(batch=4, noise=0.0, seed=3, device="cpu")
A = MatrixOperator([[1.0, 2.0]])


def uniform(samples=10, checksum="uniform"):
    return ModelStream(A, lambda count, random: random.random((count, 2)) + 0.1, samples, checksum)


def drawn(batches, epoch):
    return [(models.numpy(), data.numpy()) for models, data in batches.epoch(epoch)]


def test_stored_models_come_once_an_epoch_each_with_its_own_data():
    models = np.random.default_rng(0).random((10, 2))
    batches = batches_of(A, models, SETTINGS, torch.float64, CPU)
    for epoch in (1, 2):
        found = drawn(batches, epoch)
        assert [len(part) for part, _ in found] == [4, 4, 2]
        together = np.concatenate([part for part, _ in found])
        npt.assert_array_equal(together[np.lexsort(together.T)], models[np.lexsort(models.T)])
        for part, data in found:
            npt.assert_allclose(data, part @ A.matrix.T)
    assert not np.array_equal(drawn(batches, 1)[0][0], drawn(batches, 2)[0][0])


def test_streamed_models_are_new_in_every_batch_and_the_same_again():
    batches = batches_of(None, uniform(), SETTINGS, torch.float32, CPU)
    found = [part for epoch in (1, 2) for part, _ in drawn(batches, epoch)]
    assert [len(part) for part in found] == [4, 4, 2, 4, 4, 2]
    assert len(np.unique(np.concatenate(found), axis=0)) == 20
    again = batches_of(None, uniform(), SETTINGS, torch.float32, CPU)
    npt.assert_array_equal(drawn(again, 2)[1][0], found[4])


def test_a_number_of_validation_samples_is_drawn_apart_from_the_training():
    held = held_back(None, uniform(), 6, SETTINGS, torch.float32, CPU)
    assert (len(held.models), len(held.data)) == (6, 6)
    batches = batches_of(None, uniform(), SETTINGS, torch.float32, CPU)
    trained = np.concatenate([part for epoch in range(1, 4) for part, _ in drawn(batches, epoch)])
    assert not np.isin(held.models.numpy(), trained).any()
    other = held_back(None, uniform(), 7, SETTINGS, torch.float32, CPU)
    assert held.checksum != other.checksum


def test_a_validation_stream_gives_its_samples():
    held = held_back(None, uniform(), uniform(samples=5, checksum="other"), SETTINGS, torch.float32, CPU)
    assert len(held.models) == 5
    assert "other" in held.checksum


@pytest.mark.parametrize(
    ("operator", "models", "validation", "sentence"),
    [
        (None, np.ones((3, 2)), np.ones((3, 2)), "expects the operator that makes the data of training models, got"),
        (A, np.ones((3, 2)), 7, "expects validation models beside models that are stored, got the number 7"),
        (None, uniform(), 0, "expects one validation sample or more, got 0"),
        (None, uniform(), np.ones((3, 2)), "expects the operator that makes the data of validation models, got None"),
    ],
)
def test_models_that_do_not_fit_together_are_refused(operator, models, validation, sentence):
    with pytest.raises(InputError, match=sentence):
        fit(Constant(), operator, models, validation, SETTINGS)


def test_a_streamed_model_of_zero_is_refused_where_errors_are_relative():
    zeros = ModelStream(Identity((1,)), lambda count, random: np.zeros((count, 1)), 4, "zeros")
    with pytest.raises(InputError, match="not zero everywhere, got 2 of 2 that are"):
        fit(Constant(), None, zeros, 2, TrainingSettings("relative", device="cpu"))
