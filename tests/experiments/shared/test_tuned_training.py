"""Rates chosen by short trainings on validation models, and trainings that go on where they were killed."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import torch
from torch import nn

from geoinv.algebra.matrices import Identity
from geoinv.experiments.shared.noisy_problem import NoisyProblem, noisy_data
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.tuned_training import TrainingProtocol, train_network, tune_network
from geoinv.learned.training import tuning

RANDOM = np.random.default_rng(0)
TRAINING, VALIDATION, TEST = (RANDOM.standard_normal((n, 2)).astype(np.float32) for n in (40, 10, 12))
A = Identity((2,))
PROBLEM = NoisyProblem(A, TRAINING, VALIDATION, TEST, noisy_data(A, VALIDATION, RANDOM), noisy_data(A, TEST, RANDOM))
PROTOCOL = TrainingProtocol(
    rates=(0.005, 0.05),
    batch=10,
    tuning_epochs=2,
    epochs=4,
    tuning_models=20,
    at_a_time=5,
    precision="float32",
    looked_at=6,
)


def linear(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Linear(2, 2, bias=False)


def test_the_rate_that_learns_is_chosen_and_the_second_run_trains_nothing(tmp_path, monkeypatch) -> None:
    settings = RunSettings("quick", 0, tmp_path, device="cpu")
    (first,) = train_network(settings, PROBLEM, PROTOCOL, "linear", linear)
    # 0.05 does better than 0.005, so that larger ones are tried until one does worse
    assert {0.005, 0.05, 0.5} <= set(first.rate.errors)
    assert first.rate.best in (0.05, 0.5)
    assert first.rate.inside
    assert first.note.startswith("batch 10, 4 epochs of 4 steps, validation flat from epoch")
    assert "which bracket it" in first.note
    assert first.parameters == 4
    assert sorted(first.test_errors) == [1, 2, 3, 4]
    assert first.test_errors[4] < first.test_errors[1]
    weights = first.network.weight.detach().numpy()
    npt.assert_allclose(first(PROBLEM.test_data), PROBLEM.test_data @ weights.T, rtol=1e-5, atol=1e-6)
    monkeypatch.setattr(tuning, "fit", None)  # no rate is tried anew
    (again,) = train_network(settings, PROBLEM, PROTOCOL, "linear", linear)
    assert again.rate == first.rate
    assert again.test_errors == {}
    npt.assert_array_equal(again.network.weight.detach().numpy(), weights)


def test_a_rate_that_was_chosen_elsewhere_is_taken_as_it_is(tmp_path) -> None:
    settings = RunSettings("quick", 0, tmp_path, device="cpu")
    rate = tune_network(settings, PROBLEM, PROTOCOL, "linear", linear)
    (trained,) = train_network(settings, PROBLEM, PROTOCOL, "linear elsewhere", linear, rate)
    assert trained.rate is rate
    assert trained.convergence.per_doubling is None


def test_all_rivals_are_trained_by_one_protocol() -> None:
    training = PROTOCOL.training("cpu", seed=3, samples=40, epochs=10, rate=0.01)
    assert (training.optimizer, training.schedule, training.average) == ("AdamW", "cosine per step", 0.999)
    assert (training.batch, training.warmup, training.seed, training.clip) == (10, 2, 3, 1.0)
