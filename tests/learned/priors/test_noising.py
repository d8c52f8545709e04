"""Noise that takes a model away step by step, and back."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch
from mixtures import EVERY_SCHEDULE

from geoinv.learned.priors.exact_prior import MixtureDiffusion
from geoinv.learned.priors.noising import signal_power
from geoinv.probability.mixture import GaussianMixture


@EVERY_SCHEDULE
@pytest.mark.parametrize("steps", [20, 200, 1000])
def test_a_schedule_leads_from_the_model_to_noise_without_large_last_steps(schedule, steps):
    power = signal_power(steps, schedule)
    assert (power.diff() < 0).all()
    assert power[0] > 0.95
    assert power[-1] < 0.01
    assert (power[1:] / power[:-1] > 0.04).all()


def test_the_linear_schedule_is_that_of_ho():
    variances = np.linspace(1e-4, 0.02, 1000)
    npt.assert_allclose(signal_power(1000, "linear").numpy(), np.exp(np.cumsum(np.log1p(-variances))), rtol=1e-12)


def test_a_step_forward_and_the_step_back_agree_for_a_gaussian():
    # with a Gaussian prior the step back is linear: its exact conditional is known from the joint Gaussian
    diffusion = MixtureDiffusion(GaussianMixture([[0.0]], [[[1.0]]]), steps=40).double()
    step, count = 25, 200_000
    generator = torch.Generator().manual_seed(2)
    clean = torch.randn(count, 1, dtype=torch.float64, generator=generator)
    now, before = diffusion.power[step], diffusion.power[step - 1]
    u = now.sqrt() * clean + (1 - now).sqrt() * torch.randn(count, 1, dtype=torch.float64, generator=generator)
    back = diffusion.one_step_back(u, clean, step, generator)
    # given the true u_0, u_{t-1} is distributed as the forward process has it, jointly with u_t
    joint = torch.cat([clean, back, u], dim=1)
    powers = torch.tensor([1.0, float(before), float(now)], dtype=torch.float64)
    expected = torch.minimum(powers[:, None], powers[None]).sqrt() / torch.maximum(powers[:, None], powers[None]).sqrt()
    torch.testing.assert_close(torch.cov(joint.T), expected, rtol=0, atol=0.01)
