"""Strengths of samplers chosen on validation models, and the diffusion that a killed run left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.algebra.matrices import Identity
from geoinv.experiments.shared.noisy_problem import NoisyProblem, noisy_data
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.tuned_sampler import Sampler, SamplingProtocol, train_diffusion

RANDOM = np.random.default_rng(0)
MODELS = [RANDOM.standard_normal((n, 3)).astype(np.float32) for n in (60, 8, 8)]
A = Identity((3,))
PROBLEM = NoisyProblem(A, *MODELS, noisy_data(A, MODELS[1], RANDOM), noisy_data(A, MODELS[2], RANDOM))
PROTOCOL = SamplingProtocol(
    steps=8,
    width=8,
    depth=1,
    epochs=1,
    batch=20,
    learning_rate=1e-3,
    patience=1,
    candidates={"Diffusion": [0.03, 0.1, 1e38], "score-based": [0.5], "MCG": [0.1, 0.3]},
    chosen_by=4,
)


@pytest.fixture
def prior(tmp_path):
    return train_diffusion(RunSettings("quick", 0, tmp_path, device="cpu"), *MODELS[:2], (3,), PROTOCOL, 0)


def test_a_diffusion_is_trained_once(prior, tmp_path):
    # other models, but the same folder: what a killed run left is taken
    again = train_diffusion(
        RunSettings("quick", 0, tmp_path, device="cpu"), 0 * MODELS[0], MODELS[1], (3,), PROTOCOL, 0
    )
    for one, other in zip(prior.prior.parameters(), again.prior.parameters(), strict=True):
        npt.assert_array_equal(one.detach().numpy(), other.detach().numpy())
    assert again.text == prior.text == "prior of 8 steps, 1 epochs, its validation loss still falling"


def test_a_diffusion_is_trained_until_its_validation_loss_is_flat(tmp_path):
    protocol = replace(PROTOCOL, epochs=60, learning_rate=1e-2)
    trained = train_diffusion(RunSettings("quick", 0, tmp_path, device="cpu"), *MODELS[:2], (3,), protocol, 0)
    assert len(trained.record.losses) < 60
    assert trained.text.endswith("its validation loss flat")


def test_half_precision_learns_as_much_as_single(tmp_path):
    found = []
    for half in (False, True):
        folder = tmp_path / str(half)
        protocol = replace(PROTOCOL, epochs=20, learning_rate=1e-2, patience=20, half=half)
        trained = train_diffusion(RunSettings("quick", 0, folder, device="cpu"), *MODELS[:2], (3,), protocol, 0)
        found.append(trained.record.validation)
    single, half_precision = found
    assert single[-1] < 0.9 * single[0]
    assert half_precision[-1] == pytest.approx(single[-1], rel=0.05)


@pytest.mark.parametrize("method", ["Diffusion", "score-based", "MCG"])
def test_draws_are_of_every_datum_and_repeat_themselves(method, prior):
    sampler = Sampler(method, prior, PROBLEM, PROTOCOL, seed=0)
    draws = sampler(PROBLEM.test_data, 2, seed=1)
    assert draws.shape == (2, 8, 3)
    assert np.isfinite(draws).all()
    npt.assert_array_equal(draws, sampler(PROBLEM.test_data, 2, seed=1))
    assert sampler.parameters > 0
    assert sampler.seconds > 0.0


def test_a_strength_under_which_draws_are_not_finite_is_not_chosen(prior):
    tuned = Sampler("Diffusion", prior, PROBLEM, PROTOCOL, seed=0).tuned
    assert tuned.errors[1e38] == float("inf")
    assert tuned.best < 1e38


def test_one_candidate_is_not_tuned_and_the_note_says_so(prior):
    sampler = Sampler("score-based", prior, PROBLEM, replace(PROTOCOL, chosen_by=0), seed=0)
    assert sampler.tuned.best == 0.5
    assert sampler.note.startswith("relaxation 0.5 (not tuned); prior of 8 steps, 1 epochs, its validation loss")
