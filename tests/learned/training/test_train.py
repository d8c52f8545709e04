"""What a training finds, against statistics; and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.testing as npt
import pytest
import torch
import training_problem
from constant_network import Constant
from torch import nn

from geoinv import InputError
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.core.progress import reporting
from geoinv.learned import EUnet, OPTEnet, Proximal
from geoinv.learned.training.checkpoint import FILE
from geoinv.learned.training.stream import ModelStream
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_settings import TrainingSettings
from geoinv.operators import Blur


def test_a_linear_network_finds_the_best_linear_estimator():
    A = MatrixOperator(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 2.0]]))
    models = np.random.default_rng(1).standard_normal((400, 3)) * [1.0, 2.0, 0.5]
    D = models @ A.matrix.T
    level = 0.3 * np.abs(D).mean(axis=1)
    expected = models.T @ D @ np.linalg.inv(D.T @ D + np.mean(level**2) * len(D) * np.eye(2))
    network = nn.Linear(2, 3, bias=False)
    settings = TrainingSettings(
        "squared", learning_rate=0.03, batch=50, epochs=80, noise=0.3, schedule="cosine", device="cpu"
    )
    fit(network, A, models, models, settings)
    npt.assert_allclose(network.weight.detach().numpy(), expected, atol=0.02)


def test_the_weights_are_those_of_the_best_validation_epoch():
    # trained towards 1 but validated at 0.3: the best is passed on the way
    network, values = Constant(), []
    settings = TrainingSettings("squared", learning_rate=0.1, batch=4, epochs=15, noise=0.0, device="cpu")
    record = fit(
        network,
        Identity((1,)),
        np.ones((4, 1)),
        np.full((2, 1), 0.3),
        settings,
        callback=lambda epoch: values.append(network.value.item()),
    )
    best = int(np.argmin(np.abs(np.array(values) - 0.3)))
    assert 0 < best < 14
    assert record.best.epoch == best + 1
    assert network.value.item() == values[best]
    npt.assert_allclose(record.best.validation_loss, (values[best] - 0.3) ** 2, rtol=1e-3)
    npt.assert_allclose(record.best.validation_error, (values[best] / 0.3 - 1.0) ** 2, rtol=1e-3)


@pytest.mark.parametrize("optimizer", ["Adam", "AdamW"])
def test_steps_are_those_of_the_equations_and_the_average_is_what_remains(optimizer):
    """Kingma and Ba (2015), Loshchilov and Hutter (2019), for the slope 2 (value - 1) of one number."""
    epochs, rate, decay, warmup, average = 40, 0.1, 0.3, 5, 0.8
    value, m, v, mean, averages = 0.0, 0.0, 0.0, 0.0, []
    for k in range(epochs):
        h = rate * min(1.0, (k + 1) / warmup) * 0.5 * (1.0 + np.cos(np.pi * k / epochs))
        slope = 2.0 * (value - 1.0)
        if optimizer == "Adam":
            slope += decay * value
        else:
            value -= h * decay * value
        m, v = 0.9 * m + 0.1 * slope, 0.999 * v + 0.001 * slope**2
        value -= h * (m / (1.0 - 0.9 ** (k + 1))) / (np.sqrt(v / (1.0 - 0.999 ** (k + 1))) + 1e-8)
        d = min(average, (1 + k) / (10 + k))
        mean = d * mean + (1.0 - d) * value
        averages.append(mean)
    network = Constant()
    settings = TrainingSettings(
        "squared",
        learning_rate=rate,
        weight_decay=decay,
        batch=4,
        epochs=epochs,
        noise=0.0,
        schedule="cosine per step",
        device="cpu",
        optimizer=optimizer,
        warmup=warmup,
        average=average,
    )
    record = fit(network, Identity((1,)), np.ones((4, 1)), np.ones((2, 1)), settings)
    best = int(np.argmin((np.array(averages) - 1.0) ** 2))
    assert record.best.epoch == best + 1
    npt.assert_allclose(network.value.item(), averages[best], rtol=1e-5)
    npt.assert_allclose([epoch.validation_loss for epoch in record.epochs], (np.array(averages) - 1.0) ** 2, rtol=1e-3)


@pytest.mark.usefixtures("one_thread")
def test_layers_are_drawn_for_each_batch_and_the_validation_takes_those_of_the_network():
    class Counting(EUnet):
        def forward(self, d):
            (taken if self.training else validated).append(self.layers)
            return super().forward(d)

    taken, validated = [], []
    A = Blur((3, 4), 1.0)
    models = np.random.default_rng(0).random((60, 3, 4))
    settings = TrainingSettings(batch=2, epochs=2, layers=(1, 2, 5), device="cpu")
    fit(Counting(A, embedding=1, layers=3, hidden=1), A, models, models[:4], settings)
    assert len(taken) == 60
    assert set(taken) == {1, 2, 5}
    assert taken[:30] != taken[30:]
    assert set(validated) == {3}
    assert np.bincount(taken)[[1, 2, 5]].min() >= 10  # of 20 expected each


@pytest.mark.parametrize("kind", [OPTEnet, Proximal])
def test_layers_are_not_drawn_for_networks_with_layers_of_their_own(kind):
    A = Blur((3, 4), 1.0)
    with pytest.raises(InputError, match=rf"layers may change, such as EUnet, .*\[2, 4\], got {kind.__name__}; leave"):
        fit(kind(A, layers=2), A, np.ones((2, 3, 4)), np.ones((2, 3, 4)), TrainingSettings(layers=[2, 4]))


def test_a_stream_trains_as_the_same_models_would():
    """Best linear estimator of models with a known covariance, from a stream that stores none."""
    sizes = np.array([1.0, 2.0, 0.5])
    A = MatrixOperator(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 2.0]]))
    stream = ModelStream(A, lambda count, random: sizes * random.standard_normal((count, 3)), 8000, "normal", 0.3)
    network = nn.Linear(2, 3, bias=False)
    settings = TrainingSettings(
        "squared", learning_rate=0.02, batch=200, epochs=10, schedule="cosine per step", average=0.98, device="cpu"
    )
    fit(network, None, stream, 5000, settings)
    models = sizes * np.random.default_rng(1).standard_normal((100_000, 3))
    D = models @ A.matrix.T
    level = 0.3 * np.abs(D).mean(axis=1)
    expected = models.T @ D @ np.linalg.inv(D.T @ D + np.mean(level**2) * len(D) * np.eye(2))
    npt.assert_allclose(network.weight.detach().numpy(), expected, atol=0.03)


def test_clipped_gradients_bound_the_moments_of_adam(tmp_path):
    def moment(clip):
        settings = TrainingSettings("squared", batch=4, epochs=1, noise=0.0, clip=clip, device="cpu")
        folder = tmp_path / str(clip)
        folder.mkdir()
        fit(Constant(), Identity((1,)), np.ones((4, 1)), np.ones((1, 1)), settings, folder)
        from safetensors.torch import load_file

        return load_file(folder / FILE)["adam/value/exp_avg"].item()

    npt.assert_allclose([moment(None), moment(0.5)], [-0.2, -0.05], rtol=1e-4)


def test_convolutions_in_half_the_bits_learn_nearly_the_same(whole_training):
    _, single = training_problem.whole(whole_training)
    network, half = training_problem.trained(None, settings=replace(training_problem.SETTINGS, precision="bfloat16"))
    assert all(parameter.dtype == torch.float32 for parameter in network.parameters())
    npt.assert_allclose(half.best.validation_error, single.best.validation_error, rtol=0.05)
    assert half.best.validation_error != single.best.validation_error


def test_progress_names_epoch_and_loss_and_ends_at_the_total():
    told = []
    with reporting(lambda *report: told.append(report)):
        fit(
            Constant(),
            Identity((1,)),
            np.ones((4, 1)),
            np.ones((1, 1)),
            TrainingSettings("squared", epochs=3, batch=2, noise=0.0, device="cpu"),
        )
    assert told[0] == ("training, epoch 1 of 3, loss 1", 0.5, 3)
    assert [done for _, done, _ in told] == [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]


class Breaking(Constant):
    """Network whose result is not a number from some training batch on."""

    def __init__(self, batches) -> None:
        super().__init__()
        self.left = batches

    def forward(self, data):
        self.left -= self.training
        return super().forward(data) * (float("nan") if self.left < 0 else 1.0)


def test_a_loss_that_is_not_a_number_stops_and_keeps_the_last_good_checkpoint(tmp_path):
    network, values, stored = Breaking(7), [], []

    def keep(epoch):
        values.append(network.value.item())
        stored.append((tmp_path / FILE).read_bytes())

    settings = TrainingSettings(epochs=9, batch=2, device="cpu")
    arguments = (network, Identity((1,)), np.ones((6, 1)), np.ones((1, 1)), settings, tmp_path)
    with pytest.raises(InputError, match=r"finite loss, got nan at batch 2 of epoch 3; lower the learning rate"):
        fit(*arguments, callback=keep, checkpoint_seconds=0.0)
    # the checkpoint of an epoch is written before its callback
    assert (tmp_path / FILE).read_bytes() == stored[1]
    assert network.value.item() == values[1]


def test_a_validation_that_is_not_a_number_is_refused():
    class Blind(Constant):
        def forward(self, data):
            return super().forward(data) * (1.0 if self.training else float("inf"))

    with pytest.raises(InputError, match=r"finite loss, got nan at the validation of epoch 1"):
        fit(Blind(), Identity((1,)), np.zeros((6, 1)), np.ones((1, 1)), TrainingSettings(device="cpu"))
