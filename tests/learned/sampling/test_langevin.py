"""Langevin walks beside exact posteriors of mixtures."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch

import geoinv
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.learned.priors.exact_prior import MixtureScore
from geoinv.learned.sampling.langevin import data_preconditioner, langevin_in_x, langevin_in_z
from geoinv.probability.mixture import GaussianMixture
from geoinv.probability.sample_quality import energy_distance

TOTAL = MatrixOperator([[1.0, 1.0]])


def duathlon() -> GaussianMixture:
    """Three groups of two legs."""
    return GaussianMixture([[3.1, -5.0], [1.3, 4.1], [-4.3, -4.3]], [np.eye(2)] * 3)


def test_langevin_steps_scaled_by_the_root_of_two_a_have_the_posterior_covariance():
    # a Gaussian posterior: the walk is linear, and its stationary covariance (1 - a c/2)^-1 C is known
    A = MatrixOperator([[1.0, 1.0], [0.0, 0.5]])
    noise, step = 0.5, 0.05
    start = torch.zeros(20_000, 1, 2, dtype=torch.float64)
    data = torch.tensor([[1.0, -0.5]], dtype=torch.float64)
    points = langevin_in_x(A, data, noise, lambda x: x, start, step=step, iterations=200, seed=1)[:, 0].numpy()
    D = A.to_dense()
    curvature = D.T @ D / noise**2 + np.eye(2)
    exact = np.linalg.inv(curvature)
    walked = exact @ np.linalg.inv(np.eye(2) - 0.5 * step * curvature)
    npt.assert_allclose(np.cov(points.T), walked, rtol=0, atol=0.03 * walked.max())
    npt.assert_allclose(points.mean(axis=0), exact @ D.T @ data[0].numpy() / noise**2, rtol=0, atol=0.02)
    # the printed sqrt(a) would halve it
    assert np.trace(np.cov(points.T)) > 0.9 * np.trace(exact)


@pytest.mark.parametrize("each", [False, True], ids=["one noise", "a noise for each datum"])
def test_preconditioned_langevin_in_x_recovers_exact_mixture_posteriors(each):
    prior, score = duathlon(), MixtureScore(duathlon())
    data = torch.tensor([[-1.9], [5.4], [-8.6]])
    noise = torch.tensor([0.05, 0.1, 0.02]) if each else 0.05
    # started from the prior's group that the datum belongs to: walks do not change between groups
    start = torch.tensor(prior.means, dtype=torch.float32).expand(600, 3, 2)
    metric = data_preconditioner(torch.tensor([[1.0, 1.0]]), noise)
    draws = langevin_in_x(
        TOTAL, data, noise, lambda x: -score(x), start, step=0.1, iterations=80, preconditioner=metric, seed=2
    )
    exact = prior.posterior([[1.0, 1.0]], data.numpy(), np.asarray(noise, dtype=float))
    assert (exact.weights.max(axis=-1) > 0.99).all()
    distance = energy_distance(draws.numpy(), exact.sample(600, np.random.default_rng(0)))
    assert (distance < 0.03).all()
    across = (draws.sum(dim=-1) - data[:, 0]).std(dim=0)
    npt.assert_allclose(across, np.broadcast_to(noise, 3), rtol=0.12)


def test_langevin_in_an_embedded_space_has_the_same_models():
    # phi(z) = R(E z) + |the rest of z|^2/2 lifts the prior: z beyond the models is a Gaussian of its own
    prior, score = duathlon(), MixtureScore(duathlon())
    E = torch.tensor([[1.0, 0.5, 0.0, -0.3], [0.2, -1.0, 0.7, 0.0]])
    rest = torch.eye(4) - torch.linalg.pinv(E) @ E
    data, noise = torch.tensor([[5.4]]), 0.1
    metric = data_preconditioner(torch.tensor([[1.0, 1.0]]) @ E, noise)
    start = (torch.linalg.pinv(E) @ torch.tensor([1.3, 4.1])).expand(1500, 1, 4)
    z = langevin_in_z(
        TOTAL,
        lambda z: z @ E.T,
        data,
        noise,
        lambda z: -score(z @ E.T) @ E + z @ rest,
        start,
        step=0.1,
        iterations=120,
        preconditioner=metric,
        seed=3,
    )
    assert z.shape == (1500, 1, 4)
    exact = prior.posterior([[1.0, 1.0]], [5.4], noise).sample(1500, np.random.default_rng(0))
    assert energy_distance((z @ E.T)[:, 0].numpy(), exact) < 0.02


def test_walks_repeat_themselves_by_their_seed_and_take_pictures():
    A = 0.5 * Identity((3, 4))
    data = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0))

    def walk(seed: int) -> torch.Tensor:
        return langevin_in_x(A, data, 1.0, lambda x: x, torch.zeros(5, 2, 3, 4), step=0.1, iterations=3, seed=seed)

    torch.testing.assert_close(walk(1), walk(1), rtol=0, atol=0)
    assert walk(1).shape == (5, 2, 3, 4)
    assert not torch.allclose(walk(1), walk(2))


def test_walks_that_cannot_be_are_refused_in_one_sentence():
    data, start = torch.zeros(2, 1), torch.zeros(5, 2, 2)

    def walk(**changed: object) -> None:
        given = {"data": data, "noise": 0.1, "start": start, "step": 0.001, "iterations": 2000} | changed
        langevin_in_x(TOTAL, gradient=lambda x: x, **given)

    with pytest.raises(geoinv.InputError, match="expects a positive step"):
        walk(step=0.0)
    with pytest.raises(geoinv.InputError, match="expects noise that is one positive number"):
        walk(noise=-1.0)
    with pytest.raises(geoinv.InputError, match="expects noise that is one positive number or one for each of the 2"):
        walk(noise=torch.ones(3))
    with pytest.raises(geoinv.InputError, match="expects a start of shape"):
        walk(start=torch.zeros(5, 3, 2))
    with pytest.raises(geoinv.InputError, match=r"did not at iteration \d+; shorten the step of 1\.0"):
        walk(step=1.0)
