"""Settings that no training can use."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from constant_network import Constant

from geoinv import InputError
from geoinv.algebra.matrices import Identity
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_settings import TrainingSettings


def test_the_cosine_falls_from_the_rate_to_nearly_nothing():
    settings = TrainingSettings(learning_rate=0.1, epochs=10, schedule="cosine")
    rates = [settings.learning_rate_of(epoch) for epoch in (1, 6, 10)]
    npt.assert_allclose(rates, [0.1, 0.05, 0.05 * (1 + np.cos(0.9 * np.pi))])


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"loss": "huber"}, "loss to be one of norm, squared, data; got 'huber'"),
        ({"batch": 0}, "batch to be a whole number of at least 1, got 0"),
        ({"epochs": True}, "epochs to be a whole number"),
        ({"learning_rate": 0.0}, "learning_rate to be above zero"),
        ({"noise": float("nan")}, "noise to be zero or more"),
        ({"clip": -1.0}, "clip to be above zero"),
    ],
)
def test_settings_that_no_training_can_use_are_refused(setting, sentence):
    with pytest.raises(InputError, match=sentence):
        TrainingSettings(**setting)


@pytest.mark.parametrize("device", ["gpu", "cuda:99"])
def test_a_device_that_is_not_there_is_refused(device):
    with pytest.raises(InputError, match="expects a device that torch can use"):
        fit(Constant(), Identity((1,)), np.ones((1, 1)), np.ones((1, 1)), TrainingSettings(device=device))
