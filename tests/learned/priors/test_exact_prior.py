"""Scores of exact mixtures beside Bayes's estimate."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import torch
from mixtures import prior

from geoinv.learned.priors.exact_prior import MixtureDiffusion, MixtureScore


def test_the_score_in_torch_is_that_of_the_diffused_mixture():
    points = 3.0 * np.random.default_rng(0).standard_normal((30, 2))
    score = MixtureScore(prior())
    for signal, noise in ((1.0, 0.0), (0.7, 0.5), (0.05, 1.0)):
        expected = prior().diffused(signal, noise).score(points)
        npt.assert_allclose(score(torch.from_numpy(points), signal, noise).numpy(), expected, rtol=1e-10, atol=1e-12)


def test_the_expected_model_behind_a_noisy_one_is_the_bayes_estimate():
    diffusion = MixtureDiffusion(prior(), steps=50).double()
    u = torch.randn(20, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for step in (0, 20, 45):
        power = float(diffusion.power[step])
        # u_t is a datum of u_0 with the map sqrt(abar): the same in models after the normalisation is undone
        scale, centre = float(diffusion.scale), diffusion.centre.numpy()
        data = scale * u.numpy() + np.sqrt(power) * centre
        exact = prior().posterior(np.sqrt(power) * np.eye(2), data, scale * np.sqrt(1 - power)).mean
        npt.assert_allclose(diffusion.restored(diffusion.predict_clean(u, step)).numpy(), exact, rtol=1e-5, atol=1e-6)


def test_the_score_of_the_models_is_that_of_the_blurred_prior():
    diffusion = MixtureDiffusion(prior(), steps=50).double()
    points = 2.0 * torch.randn(20, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    for step in (0, 10, 30):
        power = float(diffusion.power[step])
        blur = float(diffusion.scale) * np.sqrt((1 - power) / power)
        expected = prior().diffused(1.0, blur).score(points.numpy())
        npt.assert_allclose(diffusion.score(points, step).numpy(), expected, rtol=1e-5, atol=1e-6)
