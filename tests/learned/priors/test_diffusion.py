"""Diffusion models: exact where the prior is a mixture, sensible where a network learned it."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch
from mixtures import EVERY_SCHEDULE, prior

import geoinv
from geoinv.core.progress import reporting
from geoinv.learned.priors.diffusion import Diffusion, fit
from geoinv.learned.priors.exact_prior import MixtureDiffusion
from geoinv.probability.mixture import GaussianMixture
from geoinv.probability.sample_quality import energy_distance, mode_weights


@EVERY_SCHEDULE
def test_with_the_exact_score_unconditional_draws_follow_the_prior(schedule):
    draws = MixtureDiffusion(prior(), steps=200, schedule=schedule).sample(1500, seed=3).numpy()
    exact = prior().sample(1500, np.random.default_rng(3))
    npt.assert_allclose(mode_weights(draws, prior()), prior().weights, rtol=0, atol=0.04)
    assert energy_distance(draws, exact) < 0.02


def test_equal_seeds_give_equal_draws_and_others_do_not():
    diffusion = MixtureDiffusion(prior(), steps=20)
    torch.testing.assert_close(diffusion.sample(5, seed=1), diffusion.sample(5, seed=1), rtol=0, atol=0)
    assert not torch.allclose(diffusion.sample(5, seed=1), diffusion.sample(5, seed=2))


def test_a_network_that_says_zero_has_the_loss_of_the_noise():
    diffusion = Diffusion((2,), width=8)
    loss = diffusion.loss(torch.randn(20_000, 2), torch.Generator().manual_seed(0))
    assert abs(float(loss.detach()) - 1.0) < 0.03


def test_training_on_two_groups_gives_draws_from_both():
    random = np.random.default_rng(4)
    groups = GaussianMixture([[5.0, 40.0], [5.0, 60.0]], [np.eye(2)] * 2, [0.25, 0.75])
    models = torch.tensor(groups.sample(4000, random), dtype=torch.float32)
    diffusion = Diffusion((2,), steps=50, width=32, seed=1)
    losses = fit(diffusion, models, epochs=20, batch=250, learning_rate=4e-3).losses
    assert losses[-1] < 0.6 * losses[0]
    draws = diffusion.sample(1000, seed=5).numpy()
    npt.assert_allclose(mode_weights(draws, groups), groups.weights, rtol=0, atol=0.1)
    distance = energy_distance(draws, groups.sample(1000, random))
    one_gaussian = random.multivariate_normal(groups.mean, groups.covariance, 1000)
    assert distance < 0.3 * energy_distance(one_gaussian, groups.sample(1000, random))


@pytest.mark.parametrize(("shape", "channels"), [((7, 5), 1), ((8, 8), 3), ((4, 5, 6), 1), ((3,), 1)])
def test_models_of_every_rank_are_learned_drawn_and_kept(shape, channels, tmp_path):
    diffusion = Diffusion(shape, channels, steps=4, width=4, depth=1)
    models = 3.0 + torch.randn(6, *diffusion.model_shape, generator=torch.Generator().manual_seed(0))
    fit(diffusion, models, epochs=1, batch=4)
    draws = diffusion.sample(2, seed=1)
    assert draws.shape == (2, *diffusion.model_shape)
    diffusion.save(tmp_path / "prior.safetensors")
    again = Diffusion.load(tmp_path / "prior.safetensors")
    assert again.settings == diffusion.settings
    torch.testing.assert_close(again.sample(2, seed=1), draws, rtol=0, atol=0)


def test_training_repeats_itself_and_leaves_the_callers_random_numbers_alone():
    models = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))

    def weights() -> list[torch.Tensor]:
        diffusion = Diffusion((2,), steps=10, width=8, seed=2)
        fit(diffusion, models, epochs=2, batch=20, seed=3)
        return list(diffusion.state_dict().values())

    state = torch.random.get_rng_state()
    first, second = weights(), weights()
    assert torch.equal(state, torch.random.get_rng_state())
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_training_reports_every_batch():
    seen: list[tuple[str, float, float]] = []
    with reporting(lambda step, done, total: seen.append((step, done, total))):
        fit(Diffusion((2,), steps=10, width=8), torch.randn(50, 2), epochs=2, batch=20)
    assert seen == [("training of the diffusion", done, 6) for done in range(1, 7)]


def test_models_that_do_not_fit_or_are_not_finite_are_refused_before_anything_changes():
    diffusion = Diffusion((2,), steps=10, width=8)
    with pytest.raises(geoinv.InputError, match="expects models of shape"):
        fit(diffusion, torch.randn(5, 3), epochs=1)
    models = torch.randn(50, 2)
    models[7, 1] = torch.nan
    with pytest.raises(geoinv.InputError, match="expects finite models, got 1 values"):
        fit(diffusion, models, epochs=1)
    assert float(diffusion.scale) == 1.0


def test_a_loss_that_is_not_finite_stops_the_training_and_leaves_finite_weights():
    diffusion = Diffusion((2,), steps=10, width=8)
    with pytest.raises(geoinv.InputError, match=r"expects a finite loss, got (nan|inf) in batch \d+ of epoch \d+"):
        fit(diffusion, torch.randn(200, 2), epochs=20, batch=20, learning_rate=1e30)
    assert all(torch.isfinite(parameter).all() for parameter in diffusion.parameters())


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(geoinv.InputError, match="expects schedule to be one of"):
        Diffusion((2,), schedule="quadratic")
    with pytest.raises(geoinv.InputError, match="two steps or more"):
        Diffusion((2,), steps=1)
    with pytest.raises(geoinv.InputError, match="expects the shape of a vector"):
        Diffusion((2,), 3)


def test_a_training_ends_when_validation_is_flat_and_looking_at_it_changes_nothing():
    random = torch.Generator().manual_seed(0)
    models, held_back = (torch.randn(count, 2, generator=random) for count in (200, 300))

    def trained(**options):
        diffusion = Diffusion((2,), steps=20, width=16)
        record = fit(diffusion, models, batch=50, learning_rate=1e-2, seed=1, **options)
        return diffusion, record

    looked_at, record = trained(epochs=40, validation=held_back, patience=2)
    assert 3 <= len(record.validation) < 40
    assert record.flat(2)
    # on normal models the best guess of the noise leaves less than half of it on average over the steps
    assert min(record.validation) < 0.8 * record.validation[0]
    plain, unseen = trained(epochs=len(record.losses))
    assert unseen.losses == record.losses
    assert unseen.validation == []
    for one, other in zip(looked_at.parameters(), plain.parameters(), strict=True):
        assert torch.equal(one, other)


def test_expected_models_go_no_further_than_those_learned_from():
    diffusion = Diffusion((2, 3), steps=10, width=4, depth=1)
    models = torch.rand(32, 2, 3, generator=torch.Generator().manual_seed(0))
    far = 50.0 * torch.ones(1, 2, 3)
    assert diffusion.restored(diffusion.predict_clean(far, 9)).max() > 10.0  # what an untrained network says
    fit(diffusion, models, epochs=1, batch=16)
    found = diffusion.restored(diffusion.predict_clean(torch.cat([far, -far]), 9))
    assert models.min() - 1e-5 <= found.min()
    assert found.max() <= models.max() + 1e-5
