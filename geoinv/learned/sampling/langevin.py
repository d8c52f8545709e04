"""Langevin sampling of the posterior, in the model x and in an embedded z with x = E z."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.torch_bridge import as_torch
from geoinv.core.checks import InputError, shape_text
from geoinv.core.progress import report

__all__ = ["data_preconditioner", "langevin_in_x", "langevin_in_z"]

Field = Callable[[Tensor], Tensor]


def data_preconditioner(matrix: Tensor, noise: float | Tensor, spread: float = 1.0) -> Tensor:
    """Covariance (A'A/noise^2 + I/spread^2)^-1 of a posterior under a Gaussian prior, to precondition with.

    Precise data make the posterior of :func:`langevin_in_x` a thousand times narrower across than along the models
    that fit them; steps measured with this matrix are as long as each direction allows.

    Parameters
    ----------
    matrix : (M, n) tensor
        The map from flat models (of A; of A E for :func:`langevin_in_z`) to flat data.
    noise : float or (models,) tensor
        Standard deviation of the data.
    spread : float
        Standard deviation of one group of models.

    Returns
    -------
    (n, n) or (models, n, n) tensor

    Examples
    --------
    >>> data_preconditioner(torch.tensor([[1.0, 0.0]]), 0.5)
    tensor([[0.2000, 0.0000],
            [0.0000, 1.0000]])
    """
    # along the eigenvectors, as the inverse of the sum loses every digit where the data are precise
    strengths, directions = torch.linalg.eigh(matrix.T @ matrix)
    deviation = torch.as_tensor(noise, dtype=matrix.dtype, device=matrix.device)[..., None]
    variances = 1.0 / (strengths.clamp(min=0.0) / deviation.square() + 1.0 / spread**2)
    result: Tensor = (directions * variances[..., None, :]) @ directions.T
    return result


def langevin_in_x(
    A: LinearOperator,
    data: Tensor,
    noise: float | Tensor,
    gradient: Field,
    start: Tensor,
    *,
    step: float,
    iterations: int,
    preconditioner: Tensor | None = None,
    seed: int = 0,
) -> Tensor:
    """Walk at random through the posterior exp(-U), U(x) = ||Ax - b||^2/(2 noise^2) + R(x).

    x+ = x - a M grad U(x) + sqrt(2 a) M^(1/2) n, n ~ N(0, I): equation 2.6 of Eliasof, Haber and Treister (2024)
    with a preconditioner M. They print sqrt(a), which samples exp(-2 U), a posterior with half the covariance. The
    walk is not corrected by acceptance: a direction in which M grad^2 U = c gets the variance 1/(1 - a c/2) times
    too large. Groups of models far apart are not exchanged in any affordable time: their weights are those of the
    starts, so spread these like the prior, or walk first with the scores of a blurred prior.

    Parameters
    ----------
    A : LinearOperator
        From models to data.
    data : (models, ..., *range_shape) tensor
        Data b of several models.
    noise : float or (models,) tensor
        Positive standard deviation of the data.
    gradient : callable
        grad R of a batch of models; for a prior of density p, minus its score.
    start : (draws, models, ..., *domain_shape) tensor
        Where the walks begin: `draws` walks a datum.
    step : float
        a, below 2 / c for the largest c; without a preconditioner c is ||A||^2/noise^2 and more, with
        :func:`data_preconditioner` about one, so that 0.1 serves.
    iterations : int
        Steps; only the last point of each walk is kept.
    preconditioner : (n, n) or (models, n, n) tensor, optional
        M, positive definite, for flat models of n values.
    seed : int
        Equal seeds give equal walks.

    Returns
    -------
    (draws, models, ..., *domain_shape) tensor
        One draw from each walk.

    Raises
    ------
    InputError
        If shapes do not fit, a number is not positive, or the walks become infinite because the step is too long.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> A, start = MatrixOperator([[1.0, 1.0]]), torch.zeros(1000, 1, 2)
    >>> x = langevin_in_x(A, torch.tensor([[2.0]]), 0.1, lambda x: x, start, step=0.005, iterations=500)
    >>> bool(((x.mean(dim=0) - 1.0).abs() < 0.1).all())
    True
    """
    walk = _Walk("langevin_in_x", A, lambda x: x, data, noise, gradient, step, preconditioner, seed)
    return walk.run(start, iterations)


def langevin_in_z(
    A: LinearOperator,
    embedding: Field,
    data: Tensor,
    noise: float | Tensor,
    gradient: Field,
    start: Tensor,
    *,
    step: float,
    iterations: int,
    preconditioner: Tensor | None = None,
    seed: int = 0,
) -> Tensor:
    """Walk at random through exp(-U), U(z) = ||A E z - b||^2/(2 noise^2) + phi(z), and embed where it ends.

    Parameters
    ----------
    A, data, noise, step, iterations, preconditioner, seed
        As in :func:`langevin_in_x`; the preconditioner is for flat z.
    embedding : callable
        E, from a batch of z to a batch of models; linear and differentiable.
    gradient : callable
        grad phi of a batch of z.
    start : (draws, models, *latent_shape) tensor
        Where the walks begin.

    Returns
    -------
    (draws, models, *latent_shape) tensor
        Points z, one from each walk; ``embedding`` makes models of them.

    Raises
    ------
    InputError
        As in :func:`langevin_in_x`.
    """
    walk = _Walk("langevin_in_z", A, embedding, data, noise, gradient, step, preconditioner, seed)
    return walk.run(start, iterations)


class _Walk:
    """One step of all walks, repeated."""

    def __init__(
        self,
        owner: str,
        A: LinearOperator,
        embedding: Field,
        data: Tensor,
        noise: float | Tensor,
        gradient: Field,
        step: float,
        preconditioner: Tensor | None,
        seed: int,
    ) -> None:
        deviation = torch.as_tensor(noise, dtype=data.dtype)
        if not (math.isfinite(step) and step > 0):
            raise InputError(f"{owner} expects a positive step, got {step}")
        if not bool((torch.isfinite(deviation) & (deviation > 0)).all()) or deviation.shape not in ((), data.shape[:1]):
            raise InputError(
                f"{owner} expects noise that is one positive number or one for each of the {data.shape[0]} data, got "
                f"{deviation.tolist()!s:.60}"
            )
        self.owner, self.embedding, self.gradient, self.step = owner, embedding, gradient, step
        self.operator, self.data, self.deviation, self.seed = as_torch(A), data, deviation, seed
        self.preconditioner = preconditioner
        self.root = None if preconditioner is None else torch.linalg.cholesky(preconditioner)

    def run(self, start: Tensor, iterations: int) -> Tensor:
        """Points after all iterations."""
        if start.ndim < 3 or start.shape[1] != self.data.shape[0]:
            raise InputError(
                f"{self.owner} expects a start of shape (draws, {self.data.shape[0]} data, ...), "
                f"got {shape_text(start.shape)}"
            )
        generator = Generator(start.device).manual_seed(self.seed)
        z = start
        for iteration in range(iterations):
            normal = torch.randn(z.shape, generator=generator, dtype=z.dtype, device=z.device)
            drift = _metric(self.preconditioner, self.slope(z))
            z = z - self.step * drift + math.sqrt(2 * self.step) * _metric(self.root, normal)
            if not bool(torch.isfinite(z).all()):
                raise InputError(
                    f"{self.owner} expects a step under which the walks stay finite, they did not at iteration "
                    f"{iteration + 1}; shorten the step of {self.step}"
                )
            report(f"{self.owner} steps", iteration + 1, iterations)
        return z

    def slope(self, z: Tensor) -> Tensor:
        """Grad U of all walks."""
        with torch.enable_grad():
            flat = z.detach().flatten(0, 1).requires_grad_()
            predicted = self.operator(self.embedding(flat))
            predicted = predicted.reshape(*z.shape[:2], *predicted.shape[1:])
            weighted = (predicted - self.data.to(z)) / self.deviation.to(z).reshape(-1, *[1] * (self.data.ndim - 1))
            (of_data,) = torch.autograd.grad(0.5 * weighted.square().sum(), flat)
        return (of_data + self.gradient(flat.detach()).detach()).reshape(z.shape)


def _metric(matrix: Tensor | None, z: Tensor) -> Tensor:
    """Matrix, or one a datum, times the flat vectors of (draws, models, ...)."""
    if matrix is None:
        return z
    flat = z.flatten(2)
    return (matrix.to(z) @ flat[..., None])[..., 0].reshape(z.shape)
