"""Draws from the posterior with a diffusion as the prior: DPS, the score-based projection, and both (MCG)."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.torch_bridge import TorchOperator, as_torch
from geoinv.core.checks import InputError, shape_text
from geoinv.core.progress import report
from geoinv.learned.layers.layout import Layout
from geoinv.learned.priors.noising import Noising
from geoinv.learned.sampling.pseudo_inverse import PseudoInverse, dense_pseudo_inverse

__all__ = ["dps", "mcg", "score_based"]


def dps(
    diffusion: Noising, A: LinearOperator, data: Tensor, *, draws: int = 1, strength: float = 1.0, seed: int = 0
) -> Tensor:
    """Diffusion posterior sampling (Chung et al. 2023, algorithm 1).

    After each step back, u -= zeta grad_u ||b - A x0||^2 with x0 the expected model given u_t and
    zeta = strength / ||b - A x0||. The draws fit the data but do not follow the posterior exactly: the likelihood
    is taken at one point, and its weight is `strength`, not the noise of the data.

    Parameters
    ----------
    diffusion : Noising
        The prior.
    A : LinearOperator
        From models of the prior, channel by channel, to data.
    data : (..., *range_shape) tensor
        Data b, with the channels of the prior, if it has some, before the range; leading dimensions are a batch.
    draws : int
        Draws for each datum.
    strength : float
        zeta' of the paper; 0 samples the prior. The gradient is that in normalised models, so that a pull moves the
        misfit by about 2 * strength * (scale * ||A||)^2: small against the misfit of the start over the number of
        steps, it does not reach the data; large against the noise, it jumps over them. Try several: for the
        duathlon and 200 steps, 0.01 to 0.03 comes closest to the posterior.
    seed : int
        Equal seeds give equal draws.

    Returns
    -------
    (draws, ..., *model_shape) tensor

    Raises
    ------
    InputError
        If shapes do not fit, or the draws become infinite because the strength is too large.

    Examples
    --------
    >>> import numpy as np
    >>> from geoinv.learned.priors.exact_prior import MixtureDiffusion
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> from geoinv.probability.mixture import GaussianMixture
    >>> prior = MixtureDiffusion(GaussianMixture([[0.0, 0.0]], [np.eye(2)]), steps=50)
    >>> dps(prior, MatrixOperator([[1.0, 1.0]]), torch.tensor([[2.0]]), draws=4).shape
    torch.Size([4, 1, 2])
    """
    return _conditional("dps", diffusion, A, data, draws, seed, strength, 0.0, None)


def score_based(
    diffusion: Noising,
    A: LinearOperator,
    data: Tensor,
    *,
    draws: int = 1,
    relaxation: float = 1.0,
    pseudo_inverse: PseudoInverse | None = None,
    seed: int = 0,
) -> Tensor:
    """Score-based posterior sampling (Song et al. 2022, equation 12).

    After each step back, x -= relaxation * A^+ (A x - b_t) with the data noised like the model,
    b_t = sqrt(abar) b + sqrt(1 - abar) A n. The draws explain the data exactly where `relaxation` is 1 and A^+
    exact, their noise included.

    Parameters
    ----------
    diffusion, A, data, draws, seed
        As in :func:`dps`.
    relaxation : float
        lambda, between 0 and 1.
    pseudo_inverse : callable, optional
        A^+, from (..., *range_shape) to (..., *domain_shape) tensors; that of the operator's matrix where not
        given. :mod:`geoinv.learned.sampling.pseudo_inverse` makes others.

    Returns
    -------
    (draws, ..., *model_shape) tensor

    Raises
    ------
    InputError
        If shapes do not fit, or the operator is too large for its matrix.
    """
    return _conditional("score_based", diffusion, A, data, draws, seed, 0.0, relaxation, pseudo_inverse)


def mcg(
    diffusion: Noising,
    A: LinearOperator,
    data: Tensor,
    *,
    draws: int = 1,
    strength: float = 1.0,
    relaxation: float = 1.0,
    pseudo_inverse: PseudoInverse | None = None,
    seed: int = 0,
) -> Tensor:
    """Manifold constrained gradients (Chung et al. 2022): the pull of :func:`dps`, then :func:`score_based`.

    Parameters
    ----------
    diffusion, A, data, draws, strength, seed
        As in :func:`dps`.
    relaxation, pseudo_inverse
        As in :func:`score_based`.

    Returns
    -------
    (draws, ..., *model_shape) tensor

    Raises
    ------
    InputError
        As in both.
    """
    return _conditional("mcg", diffusion, A, data, draws, seed, strength, relaxation, pseudo_inverse)


def _conditional(
    owner: str,
    diffusion: Noising,
    A: LinearOperator,
    data: Tensor,
    draws: int,
    seed: int,
    strength: float,
    relaxation: float,
    pseudo_inverse: PseudoInverse | None,
) -> Tensor:
    """Steps back from noise, each followed by a pull, a projection or both towards the data."""
    if A.domain_shape != diffusion.shape:
        raise InputError(
            f"{owner} expects a map of models of shape {shape_text(diffusion.shape)}, "
            f"got {A.name} of {shape_text(A.domain_shape)}; train a diffusion for it"
        )
    layout = Layout(A.domain_shape, A.range_shape, diffusion.channels, dense=False)
    _, batch = layout.data_batch(owner, data)
    if relaxation and pseudo_inverse is None:
        pseudo_inverse = dense_pseudo_inverse(A)
    operator, generator = as_torch(A), diffusion.generator(seed)
    b = data.to(diffusion.centre).expand(draws, *data.shape).flatten(0, len(batch))
    u = diffusion.noise_like(diffusion.centre.expand(len(b), *diffusion.model_shape), generator)
    for step in reversed(range(diffusion.steps)):
        if strength:
            clean, pull = _clean_and_pull(diffusion, operator, u, b, step)
        else:
            with torch.no_grad():
                clean, pull = diffusion.predict_clean(u, step), torch.zeros_like(u)
        u = diffusion.one_step_back(u, clean, step, generator) - strength * pull
        if relaxation and pseudo_inverse is not None:
            u = _projected(diffusion, operator, pseudo_inverse, u, b, step, relaxation, generator)
        if not bool(torch.isfinite(u).all()):
            raise InputError(
                f"{owner} expects a pull under which the draws stay finite, they did not at step {step + 1} of "
                f"{diffusion.steps}; lower the strength"
            )
        report(f"{owner} samples", diffusion.steps - step, diffusion.steps)
    return diffusion.restored(u).reshape(draws, *batch, *diffusion.model_shape)


def _clean_and_pull(
    diffusion: Noising, operator: TorchOperator, u: Tensor, b: Tensor, step: int
) -> tuple[Tensor, Tensor]:
    """Expected u_0, and the gradient of the squared misfit over the misfit, through the prediction."""
    with torch.enable_grad():
        u = u.detach().requires_grad_()
        clean = diffusion.predict_clean(u, step)
        misfit = b - operator(diffusion.restored(clean))
        squares = misfit.flatten(1).square().sum(dim=1)
        (gradient,) = torch.autograd.grad(squares.sum(), u)
    # a datum that is met exactly has no pull, and no direction
    length = squares.detach().sqrt().clamp_min(torch.finfo(u.dtype).tiny)
    return clean.detach(), gradient / length.reshape(-1, *[1] * (u.ndim - 1))


@torch.no_grad()
def _projected(
    diffusion: Noising,
    operator: TorchOperator,
    pseudo_inverse: PseudoInverse,
    u: Tensor,
    b: Tensor,
    step: int,
    relaxation: float,
    generator: Generator,
) -> Tensor:
    """Move u_{t-1} towards what the data, noised to its level, allow."""
    power = float(diffusion.power[step - 1]) if step else 1.0
    # in u the map is A scale, and the data are those of x - centre
    offset = b - operator(diffusion.centre)
    noise = diffusion.scale * diffusion.noise_like(u, generator)
    noised = math.sqrt(power) * offset + math.sqrt(1 - power) * operator(noise)
    return u - relaxation * pseudo_inverse(operator(diffusion.scale * u) - noised) / diffusion.scale
