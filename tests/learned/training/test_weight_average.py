"""The average of weights beside its recurrence."""

from __future__ import annotations

import numpy.testing as npt
import pytest
import torch
from torch import nn

from geoinv.learned.training.weight_average import WeightAverage


def test_the_average_is_that_of_its_recurrence_and_leaves_the_weights():
    network = nn.Linear(1, 1, bias=False)
    average = WeightAverage(network, 0.6)
    expected = network.weight.item()
    for k in range(20):
        nn.init.constant_(network.weight, float(k % 7))
        average.update(k)
        decay = min(0.6, (1 + k) / (10 + k))
        expected = decay * expected + (1 - decay) * (k % 7)
    with average.in_place():
        npt.assert_allclose(network.weight.item(), expected, rtol=1e-5)
    assert network.weight.item() == 19 % 7


def test_an_error_while_the_average_is_in_place_gives_the_weights_back():
    network = nn.Linear(1, 1)
    before = network.weight.clone()
    average = WeightAverage(network, 0.9)
    nn.init.constant_(average.weights["weight"], 7.0)

    def fail():
        with average.in_place():
            assert network.weight.item() == 7.0
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert torch.equal(network.weight, before)
