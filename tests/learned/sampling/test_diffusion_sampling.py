"""Samplers by diffusion beside exact priors, and how well their draws explain the data."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch

import geoinv
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.core.progress import reporting
from geoinv.learned.priors.diffusion import Diffusion
from geoinv.learned.priors.exact_prior import MixtureDiffusion
from geoinv.learned.sampling.diffusion_sampling import dps, mcg, score_based
from geoinv.probability.mixture import GaussianMixture
from geoinv.probability.sample_quality import energy_distance

TOTAL = MatrixOperator([[1.0, 1.0]])
EVERY_SAMPLER = pytest.mark.parametrize("sampler", [dps, score_based, mcg])


def duathlon() -> GaussianMixture:
    """Three groups of two legs."""
    return GaussianMixture([[3.1, -5.0], [1.3, 4.1], [-4.3, -4.3]], [np.eye(2)] * 3)


def test_with_strength_zero_dps_draws_from_the_prior():
    diffusion = MixtureDiffusion(duathlon(), steps=20)
    draws = dps(diffusion, TOTAL, torch.tensor([[1.0], [2.0]]), draws=3, strength=0.0, seed=4)
    torch.testing.assert_close(draws.reshape(-1, 2), diffusion.sample(6, seed=4), rtol=0, atol=0)


def test_dps_draws_fit_their_data():
    diffusion = MixtureDiffusion(duathlon(), steps=200)
    data = torch.tensor([[-1.9], [5.4], [-8.6], [2.0]])
    draws = dps(diffusion, TOTAL, data, draws=50, strength=0.015, seed=1)
    assert draws.shape == (50, 4, 2)
    misfit = (draws.sum(dim=-1, keepdim=True) - data).abs()
    unconditional = (diffusion.sample(200).reshape(50, 4, 2).sum(dim=-1, keepdim=True) - data).abs()
    assert float(misfit.mean()) < 0.1 * float(unconditional.mean())


def test_the_first_pull_of_dps_is_the_gradient_of_twice_the_misfit():
    # one Gaussian of unit spread: x0 is linear in u, the pull has a closed form, and two steps suffice to see it
    diffusion = MixtureDiffusion(GaussianMixture([[0.0, 0.0]], [np.eye(2)]), steps=2).double()
    data = torch.tensor([[3.0]], dtype=torch.float64)
    strength = 0.125

    def after(pull: float) -> torch.Tensor:
        generator = diffusion.generator(7)
        u = torch.randn(1, 2, generator=generator, dtype=torch.float64)
        for step in (1, 0):
            slope = diffusion.power[step].sqrt()
            clean = slope * u
            misfit = float(data - clean.sum())
            gradient = -2 * np.sign(misfit) * slope * torch.ones(1, 2, dtype=torch.float64)
            u = diffusion.one_step_back(u, clean, step, generator) - pull * gradient
        return u

    torch.testing.assert_close(dps(diffusion, TOTAL, data, strength=strength, seed=7)[0], after(strength))


@pytest.mark.parametrize("sampler", [score_based, mcg])
def test_projected_draws_explain_their_data_exactly(sampler):
    diffusion = MixtureDiffusion(duathlon(), steps=30).double()
    data = torch.tensor([[-1.9], [4.0]], dtype=torch.float64)
    draws = sampler(diffusion, TOTAL, data, draws=10)
    torch.testing.assert_close(draws.sum(dim=-1, keepdim=True), data.expand(10, 2, 1), rtol=0, atol=1e-6)


def test_projection_leaves_what_the_data_say_nothing_about_to_the_prior():
    # legs that do not depend on each other: the second keeps its two groups, whatever the first was measured to be
    groups = GaussianMixture([[0.0, -3.0], [0.0, 3.0]], [np.eye(2)] * 2, [0.25, 0.75])
    first = MatrixOperator([[1.0, 0.0]])
    draws = score_based(MixtureDiffusion(groups, steps=100), first, torch.tensor([[1.5]]), draws=1500, seed=2)
    exact = groups.posterior(first.to_dense(), [1.5], 1e-4).sample(1500, np.random.default_rng(0))
    npt.assert_allclose((draws[:, 0, 1] > 0).double().mean(), 0.75, rtol=0, atol=0.04)
    assert energy_distance(draws[:, 0].numpy(), exact) < 0.03


def test_a_relaxation_below_one_goes_part_of_the_way():
    diffusion = MixtureDiffusion(duathlon(), steps=30)
    data = torch.tensor([[4.0]])
    misfits = [
        float((score_based(diffusion, TOTAL, data, draws=50, relaxation=r).sum(dim=-1) - 4.0).abs().mean())
        for r in (0.05, 0.5, 1.0)
    ]
    assert misfits[0] > misfits[1] > misfits[2]


@EVERY_SAMPLER
@pytest.mark.parametrize("channels", [1, 2])
def test_pictures_and_channels_go_through_a_small_network_in_any_batch(sampler, channels):
    diffusion = Diffusion((5, 4), channels, steps=4, width=4, depth=1)
    A = 2.0 * Identity((5, 4))
    extra = () if channels == 1 else (channels,)
    data = torch.randn(2, 3, *extra, 5, 4, generator=torch.Generator().manual_seed(0))
    draws = sampler(diffusion, A, data, draws=2)
    assert draws.shape == (2, 2, 3, *extra, 5, 4)
    assert sampler(diffusion, A, data[0, 0]).shape == (1, *extra, 5, 4)


@EVERY_SAMPLER
def test_equal_seeds_give_equal_draws_and_others_do_not(sampler):
    diffusion = MixtureDiffusion(duathlon(), steps=20)
    first, again, other = (sampler(diffusion, TOTAL, torch.tensor([[1.0]]), draws=3, seed=s) for s in (1, 1, 2))
    torch.testing.assert_close(first, again, rtol=0, atol=0)
    assert not torch.allclose(first, other)


@EVERY_SAMPLER
def test_samplers_report_every_step(sampler):
    seen: list[tuple[float, float]] = []
    with reporting(lambda step, done, total: seen.append((done, total))):
        sampler(MixtureDiffusion(duathlon(), steps=4), TOTAL, torch.tensor([[1.0]]))
    assert seen == [(done, 4) for done in (1, 2, 3, 4)]


@EVERY_SAMPLER
def test_data_and_maps_that_do_not_fit_are_refused(sampler):
    diffusion = MixtureDiffusion(duathlon(), steps=4)
    with pytest.raises(geoinv.InputError, match="expects data of shape"):
        sampler(diffusion, TOTAL, torch.zeros(3, 2))
    with pytest.raises(geoinv.InputError, match=r"expects a map of models of shape \(2\)|\(2,\)"):
        sampler(diffusion, Identity((3,)), torch.zeros(1, 3))


def test_a_pull_that_is_too_strong_is_named():
    with pytest.raises(geoinv.InputError, match="dps expects a pull under which the draws stay finite"):
        dps(MixtureDiffusion(duathlon(), steps=20), TOTAL, torch.tensor([[1.0]]), strength=1e38)
