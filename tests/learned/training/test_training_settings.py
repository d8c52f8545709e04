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


def test_the_cosine_per_step_falls_on_after_the_warm_up():
    settings = TrainingSettings(learning_rate=0.1, epochs=2, schedule="cosine per step", warmup=4)
    rates = [settings.learning_rate_of(epoch, step, 10) for epoch in (1, 2) for step in range(10)]
    k = np.arange(20)
    npt.assert_allclose(rates, 0.1 * np.minimum(1.0, (k + 1) / 4) * 0.5 * (1.0 + np.cos(np.pi * k / 20)))


def test_a_warm_up_as_long_as_the_training_is_refused():
    settings = TrainingSettings(batch=2, epochs=3, warmup=6, device="cpu")
    with pytest.raises(InputError, match=r"warmup of fewer steps than its 6 \(3 epochs of 2\), got 6"):
        fit(Constant(), Identity((1,)), np.ones((3, 1)), np.ones((1, 1)), settings)


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"loss": "huber"}, "loss to be one of norm, squared, relative, data; got 'huber'"),
        ({"batch": 0}, "batch to be a whole number from 1 to 2.63 - 1, got 0"),
        ({"epochs": True}, "epochs to be a whole number"),
        ({"learning_rate": 0.0}, "learning_rate to be above zero"),
        ({"noise": float("nan")}, "noise to be zero or more"),
        ({"clip": -1.0}, "clip to be above zero"),
        ({"optimizer": "adamw"}, "optimizer to be one of Adam, AdamW; got 'adamw'"),
        ({"warmup": -1}, "warmup to be a whole number from 0 to 2.63 - 1, got -1"),
        ({"average": 1.0}, "average to be between 0 and 1, such as 0.999, got 1.0"),
        ({"layers": 8}, r"layers to be different whole numbers from 1 up, such as \[4, 8, 16\], got 8"),
        ({"layers": []}, "layers to be different whole numbers"),
        ({"layers": [4, 4]}, "layers to be different whole numbers"),
        ({"layers": [4, 0]}, "layers to be different whole numbers"),
        ({"layers": [True, 4]}, "layers to be different whole numbers"),
    ],
)
def test_settings_that_no_training_can_use_are_refused(setting, sentence):
    with pytest.raises(InputError, match=sentence):
        TrainingSettings(**setting)


@pytest.mark.parametrize("device", ["gpu", "cuda:99"])
def test_a_device_that_is_not_there_is_refused(device):
    with pytest.raises(InputError, match="expects a device that torch can use"):
        fit(Constant(), Identity((1,)), np.ones((1, 1)), np.ones((1, 1)), TrainingSettings(device=device))
