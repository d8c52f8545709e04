"""Models in every layout, clean data, and noise that is drawn anew."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch
from constant_network import Constant

from geoinv import InputError
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.learned.training.examples import Examples, generator_of, with_noise
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_settings import TrainingSettings
from geoinv.operators import Blur

CPU = torch.device("cpu")


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
