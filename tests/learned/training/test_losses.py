"""Losses beside statistics and dense matrices."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch
from constant_network import Constant

from geoinv import InputError
from geoinv.algebra.matrices import Identity
from geoinv.learned.training.losses import loss_of
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_settings import TrainingSettings
from geoinv.operators import Blur


@pytest.mark.parametrize(("loss", "expected"), [("norm", np.median), ("squared", np.mean)])
def test_the_unsquared_loss_finds_the_median_and_the_squared_one_the_mean(loss, expected):
    models = np.random.default_rng(0).exponential(size=(501, 1))
    network = Constant()
    settings = TrainingSettings(loss, learning_rate=0.02, batch=501, epochs=300, schedule="cosine", device="cpu")
    fit(network, Identity((1,)), models, models, settings)
    npt.assert_allclose(network.value.item(), expected(models), atol=2e-3)


def test_the_loss_with_data_is_that_of_the_dense_matrix():
    A = Blur((3, 4), 1.0)
    found, models, data = (torch.randn(5, 2, 3, 4, dtype=torch.float64) for _ in range(3))
    values = loss_of(TrainingSettings("data", data_weight=0.7), A)(found, models, data)
    matrix = A.to_dense()
    for k in range(5):
        misfit = found[k].numpy().reshape(2, 12) @ matrix.T - data[k].numpy().reshape(2, 12)
        expected = ((found[k] - models[k]) ** 2).sum().item() + 0.7 * (misfit**2).sum()
        npt.assert_allclose(values[k].item(), expected, rtol=1e-12)


def test_the_norm_has_a_slope_where_the_reconstruction_is_exact():
    models = torch.ones(2, 3, requires_grad=True)
    loss_of(TrainingSettings("norm"), Identity((3,)))(models, torch.ones(2, 3), models).sum().backward()
    assert not models.grad.any()


def test_the_relative_loss_is_the_error_of_each_sample_over_its_size():
    models, found = np.array([[3.0, 4.0], [0.01, 0.0]]), np.array([[3.0, 5.0], [0.02, 0.01]])
    values = loss_of(TrainingSettings("relative"), None)(torch.tensor(found), torch.tensor(models), torch.zeros(2, 1))
    npt.assert_allclose(values.numpy(), [1.0 / 25.0, 2.0], rtol=1e-12)


def test_a_relative_loss_of_models_that_are_zero_is_refused():
    models = np.ones((6, 2))
    models[4] = 0.0
    with pytest.raises(InputError, match='"relative" expects models that are not zero everywhere, got 1 of 6 that are'):
        fit(Constant(), Identity((2,)), models, models, TrainingSettings("relative", device="cpu"))


def test_a_loss_of_data_without_an_operator_is_refused():
    with pytest.raises(InputError, match='the loss "data" expects an operator, got none beside the stream'):
        loss_of(TrainingSettings("data"), None)
