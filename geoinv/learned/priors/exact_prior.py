"""The scores of a Gaussian mixture at every noise level, in closed form: samplers judged without a network's error."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from geoinv.learned.priors.noising import Noising
from geoinv.probability.mixture import GaussianMixture

__all__ = ["MixtureDiffusion", "MixtureScore"]


class MixtureScore(nn.Module):
    """Gradient of the logarithm of the density of ``signal * x + noise * n``, x from a mixture, n ~ N(0, I).

    Parameters
    ----------
    mixture : GaussianMixture
        Prior, without a batch.

    Examples
    --------
    >>> score = MixtureScore(GaussianMixture([[1.0, 2.0]], [np.eye(2)]))
    >>> score(torch.zeros(1, 2, dtype=torch.float64))
    tensor([[1., 2.]], dtype=torch.float64)
    """

    means: Tensor
    variances: Tensor
    axes: Tensor
    log_weights: Tensor

    def __init__(self, mixture: GaussianMixture) -> None:
        super().__init__()
        variances, axes = np.linalg.eigh(mixture.covariances)
        self.register_buffer("means", torch.tensor(mixture.means))
        self.register_buffer("variances", torch.tensor(variances))
        self.register_buffer("axes", torch.tensor(axes))
        self.register_buffer("log_weights", torch.tensor(mixture.weights).log())

    def forward(self, x: Tensor, signal: float | Tensor = 1.0, noise: float | Tensor = 0.0) -> Tensor:
        """Score at points.

        Parameters
        ----------
        x : (batch, N) tensor
            Points.
        signal, noise : float or (batch,) tensor
            Level of the noise; the defaults give the score of the mixture itself.
        """
        share = torch.as_tensor(signal, dtype=x.dtype, device=x.device).reshape(-1, 1, 1)
        level = torch.as_tensor(noise, dtype=x.dtype, device=x.device).reshape(-1, 1, 1)
        axes = self.axes.to(x)
        offsets = torch.einsum("bkn,knm->bkm", x[:, None] - share * self.means.to(x), axes)
        variances = share.square() * self.variances.to(x) + level.square()
        pulls = offsets / variances
        logs = self.log_weights.to(x) - 0.5 * (offsets * pulls + variances.log()).sum(dim=-1)
        return -torch.einsum("bk,bkm,knm->bn", logs.softmax(dim=-1), pulls, axes)


class MixtureDiffusion(Noising):
    """Diffusion whose noise is predicted exactly, for vectors from a Gaussian mixture.

    Parameters
    ----------
    mixture : GaussianMixture
        Prior, without a batch.
    steps, schedule : int, str
        See :func:`~geoinv.learned.priors.noising.signal_power`.
    """

    def __init__(self, mixture: GaussianMixture, *, steps: int = 200, schedule: str = "linear") -> None:
        super().__init__((mixture.size,), 1, steps, schedule)
        centre, scale = mixture.mean, math.sqrt(float(np.trace(mixture.covariance)) / mixture.size)
        self.centre.copy_(torch.tensor(centre))
        self.scale.fill_(scale)
        normalised = GaussianMixture((mixture.means - centre) / scale, mixture.covariances / scale**2, mixture.weights)
        self.mixture_score = MixtureScore(normalised)

    def predict_noise(self, u: Tensor, step: Tensor) -> Tensor:
        """Expected noise in u_t."""
        power = self.power[step].to(u.dtype)
        score: Tensor = self.mixture_score(u, power.sqrt(), (1 - power).sqrt())
        return -(1 - power).sqrt()[:, None] * score
