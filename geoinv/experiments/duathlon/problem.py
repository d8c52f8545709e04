"""The duathlon: two legs' times from their sum, where three kinds of athletes are the prior."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import ndtr
from torch import Tensor

from geoinv.classical.linear_estimation import linear_minimum_mean_square_error
from geoinv.experiments.shared.measures import nmse
from geoinv.learned.training.examples import with_noise
from geoinv.operators import TotalTime
from geoinv.probability.mixture import GaussianMixture

__all__ = ["MEANS", "NOISE", "Duathlon"]

Array = npt.NDArray[np.float64]

MEANS = ((3.1, -5.0), (1.3, 4.1), (-4.3, -4.3))
"""Centres of the three groups (arXiv 2402.04653, example 2.1); each has unit covariance."""

NOISE = 0.01
"""Standard deviation of a datum's noise, as a share of the datum."""


@dataclass(frozen=True)
class Duathlon:
    """Models of one run, and the data of those to test on.

    Attributes
    ----------
    prior : GaussianMixture
        That the models are drawn from.
    A : TotalTime
        b = x1 + x2.
    training, validation, test : (count, 2) array
        Models, all different.
    test_data : (count, 1) array
        Noisy data of the test models.
    """

    prior: GaussianMixture
    A: TotalTime
    training: Array
    validation: Array
    test: Array
    test_data: Array

    @classmethod
    def draw(cls, training: int, test: int, seed: int) -> Duathlon:
        """Draw as many models; a fifth as many as for training are for validation.

        Examples
        --------
        >>> Duathlon.draw(100, 50, seed=0).validation.shape
        (20, 2)
        """
        prior = GaussianMixture(MEANS, np.broadcast_to(np.eye(2), (3, 2, 2)))
        random = np.random.default_rng([seed, 2402])
        models = prior.sample(training + training // 5 + test, random)
        parts = np.split(models, [training, training + training // 5])
        A = TotalTime()
        clean = torch.as_tensor(A(parts[2]))
        noisy = with_noise(clean, NOISE, torch.Generator().manual_seed(seed))
        return cls(prior, A, parts[0], parts[1], parts[2], noisy.numpy())

    def posterior(self, data: Array) -> GaussianMixture:
        """Exact posterior of each datum, (count, 1)."""
        # the noise is a share of the clean datum, which the noisy one tells to 1 %
        return self.prior.posterior(self.A.to_dense(), data, NOISE * np.abs(data[:, 0]) + 1e-9)

    def posterior_mean(self) -> Array:
        """Bayes estimator of the test models: no other has a smaller expected square error."""
        return np.asarray(self.posterior(self.test_data).mean)

    def linear_estimate(self) -> Array:
        """Best linear estimator of the test models, from the exact mean and covariance of the prior."""
        mean, covariance = self.prior.mean, self.prior.covariance
        matrix = self.A.to_dense()
        second_moment = matrix @ (covariance + np.outer(mean, mean)) @ matrix.T
        noise = NOISE * float(np.sqrt(second_moment.item()))
        estimate = linear_minimum_mean_square_error(self.A, mean, covariance, noise)
        return np.asarray(estimate(self.test_data))

    @cached_property
    def bayes_error(self) -> float:
        """NMSE of the posterior mean on the test models."""
        return nmse(self.posterior_mean(), self.test)

    @cached_property
    def linear_error(self) -> float:
        """NMSE of the best linear estimator on the test models."""
        return nmse(self.linear_estimate(), self.test)

    def spatial_median(self) -> Array:
        """Posterior median along the line of models that fit each datum: aim of the unsquared loss.

        The noise is so small that the posterior lies on the line x1 + x2 = b; on a line the spatial
        median is the median.
        """
        posterior = self.posterior(self.test_data)
        along = np.array([1.0, -1.0]) / np.sqrt(2.0)
        centres = posterior.means @ along
        widths = np.sqrt(np.einsum("...kmn,m,n->...k", posterior.covariances, along, along))
        low, high = centres.min(1) - 8.0, centres.max(1) + 8.0
        for _ in range(60):
            middle = 0.5 * (low + high)
            below = np.sum(posterior.weights * ndtr((middle[:, None] - centres) / widths), axis=1) < 0.5
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.asarray(0.5 * self.test_data + (0.5 * (low + high))[:, None] * along)

    def tensors(self, *arrays: Any) -> list[Tensor]:
        """The arrays as float32 tensors."""
        return [torch.as_tensor(array, dtype=torch.float32) for array in arrays]
