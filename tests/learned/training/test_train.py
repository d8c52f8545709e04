"""What a training finds, against statistics; and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.testing as npt
import pytest
import torch
import training_problem
from torch import nn

from geoinv import InputError
from geoinv.algebra.linop import Identity, MatrixOperator
from geoinv.core.progress import reporting
from geoinv.learned.training.checkpoint import FILE
from geoinv.learned.training.examples import Examples, generator_of, with_noise
from geoinv.learned.training.losses import loss_of
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_settings import TrainingSettings
from geoinv.operators import Blur

CPU = torch.device("cpu")


class Constant(nn.Module):
    """Network that gives the same number for all data."""

    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.zeros(1))

    def forward(self, data):
        return self.value.expand(len(data), 1)


@pytest.mark.parametrize(
    "models",
    [np.arange(6.0).reshape(3, 2)[::-1], np.arange(6.0).reshape(3, 2).astype(">f4"), np.ones((3, 2), np.longdouble)],
    ids=["reversed", "big-endian", "long"],
)
def test_models_in_every_layout_are_taken_as_their_values(models):
    examples = Examples(MatrixOperator([[1.0, 2.0]]), models, "models", torch.float64, CPU)
    values = models.astype(np.float64)
    npt.assert_array_equal(examples.models.numpy(), values)
    npt.assert_array_equal(examples.clean[:, 0].numpy(), values[:, 0] + 2.0 * values[:, 1])


@pytest.mark.parametrize(("loss", "expected"), [("norm", np.median), ("squared", np.mean)])
def test_the_unsquared_loss_finds_the_median_and_the_squared_one_the_mean(loss, expected):
    models = np.random.default_rng(0).exponential(size=(501, 1))
    network = Constant()
    settings = TrainingSettings(loss, learning_rate=0.02, batch=501, epochs=300, schedule="cosine", device="cpu")
    fit(network, Identity((1,)), models, models, settings)
    npt.assert_allclose(network.value.item(), expected(models), atol=2e-3)


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


def test_noise_is_the_stated_share_of_each_samples_mean():
    clean = torch.stack([torch.full((100, 200), 2.0), torch.linspace(-1, 1, 20000).reshape(100, 200)])
    noise = with_noise(clean, 0.01, generator_of("cpu", 0)) - clean
    npt.assert_allclose(noise.std(dim=(1, 2)), [0.02, 0.005], rtol=0.02)


def test_noise_is_drawn_anew_every_epoch_and_can_be_drawn_again():
    seen = []

    class Spy(Constant):
        def forward(self, data):
            if self.training:
                seen.append(data.clone())
            return super().forward(data)

    models, settings = np.ones((3, 1)), TrainingSettings(epochs=2, batch=3, device="cpu")
    fit(Spy(), Identity((1,)), models, models, settings)
    fit(Spy(), Identity((1,)), models, models, settings)
    assert not torch.equal(seen[0], seen[1])
    assert torch.equal(seen[0], seen[2])
    assert torch.equal(seen[1], seen[3])


def test_clean_data_are_those_of_the_operator_for_channels_too():
    A = Blur((3, 4), 1.0)
    models = np.random.default_rng(0).random((5, 2, 3, 4))
    examples = Examples(A, models, "models", torch.float64, CPU)
    npt.assert_array_equal(examples.clean.numpy(), A(models))


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


def test_the_cosine_falls_from_the_rate_to_nearly_nothing():
    settings = TrainingSettings(learning_rate=0.1, epochs=10, schedule="cosine")
    rates = [settings.learning_rate_of(epoch) for epoch in (1, 6, 10)]
    npt.assert_allclose(rates, [0.1, 0.05, 0.05 * (1 + np.cos(0.9 * np.pi))])


def test_clipped_gradients_bound_the_moments_of_adam(tmp_path):
    def moment(clip):
        settings = TrainingSettings("squared", batch=4, epochs=1, noise=0.0, clip=clip, device="cpu")
        folder = tmp_path / str(clip)
        folder.mkdir()
        fit(Constant(), Identity((1,)), np.ones((4, 1)), np.ones((1, 1)), settings, folder)
        from safetensors.torch import load_file

        return load_file(folder / FILE)["adam/value/exp_avg"].item()

    npt.assert_allclose([moment(None), moment(0.5)], [-0.2, -0.05], rtol=1e-4)


def test_convolutions_in_half_the_bits_learn_nearly_the_same():
    _, single = training_problem.trained(None)
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


@pytest.mark.parametrize(
    ("models", "sentence"),
    [
        (np.full((4, 2, 3), np.nan), r"finite training models, got nan at \[0, 0, 0\] \(24 of 24 values\); mend"),
        (np.ones((4, 3, 2)), r"training models of shape \(samples, \[channels,\] 2, 3\), .*got \(4, 3, 2\)"),
        (np.ones((2, 3)), r"got \(2, 3\); put the samples first"),
        (np.ones((0, 2, 3)), r"got \(0, 2, 3\)"),
        (np.ones((4, 2, 3), complex), "real numbers"),
    ],
)
def test_models_that_do_not_fit_are_refused_with_the_place(models, sentence):
    with pytest.raises(InputError, match=sentence):
        fit(Constant(), Identity((2, 3)), models, np.ones((1, 2, 3)), TrainingSettings(device="cpu"))


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
