"""Mixtures of Gaussians: a prior of several groups whose posterior under linear data is known exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of, finite, positive, shape_text

__all__ = ["GaussianMixture"]

Array = npt.NDArray[Any]


class GaussianMixture:
    """Density of models that fall into groups, each Gaussian.

    Leading dimensions of the arguments are a batch: many mixtures of the same number of groups K
    in the same N dimensions, such as the posteriors of many data. Points broadcast against the
    batch, so that draws stand in front of it: (draws, *batch, N).

    Parameters
    ----------
    means : (..., K, N) array
        Centres of the groups.
    covariances : (..., K, N, N) array
        Covariance of each group.
    weights : (..., K) array, optional
        Positive shares of the groups, brought to unit sum; equal where not given.

    Raises
    ------
    InputError
        If shapes do not fit, a value is not finite, a weight is negative or a covariance is not positive definite.

    Examples
    --------
    >>> prior = GaussianMixture([[-4.0], [4.0]], [[[1.0]], [[1.0]]])
    >>> posterior = prior.posterior([[1.0]], [[3.0]], noise=1.0)
    >>> posterior.mean.round(3), posterior.weights.round(3)
    (array([[3.5]]), array([[0., 1.]]))
    """

    def __init__(self, means: npt.ArrayLike, covariances: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> None:
        self.means = array_of("GaussianMixture", "means", means)
        if self.means.ndim < 2:
            raise InputError(
                "GaussianMixture expects means of shape (..., groups, dimensions), "
                f"got {shape_text(self.means.shape)}; give one row a group"
            )
        groups, size = self.means.shape[-2:]
        self.covariances = array_of("GaussianMixture", "covariances", covariances)
        shares = np.full(groups, 1.0) if weights is None else array_of("GaussianMixture", "weights", weights)
        if self.covariances.shape[-3:] != (groups, size, size) or shares.shape[-1:] != (groups,):
            raise InputError(
                f"GaussianMixture of {groups} groups in {size} dimensions expects covariances of shape "
                f"(..., {groups}, {size}, {size}) and weights (..., {groups}), got "
                f"{shape_text(self.covariances.shape)} and {shape_text(shares.shape)}"
            )
        finite("GaussianMixture", "means", self.means, "remove them")
        finite("GaussianMixture", "covariances", self.covariances, "remove them")
        finite("GaussianMixture", "weights", shares, "remove them")
        if (shares < 0).any() or not (shares.sum(axis=-1) > 0).all():
            raise InputError("GaussianMixture expects weights of which none is negative and one is positive")
        self.weights = shares / shares.sum(axis=-1, keepdims=True)
        try:
            self._factors = np.linalg.cholesky(self.covariances)
        except np.linalg.LinAlgError as error:
            raise InputError(
                "GaussianMixture expects positive definite covariances, got one that is not; "
                "add a small multiple of the identity"
            ) from error

    @property
    def groups(self) -> int:
        """Number of groups."""
        return int(self.means.shape[-2])

    @property
    def size(self) -> int:
        """Number of dimensions of a point."""
        return int(self.means.shape[-1])

    @property
    def batch(self) -> tuple[int, ...]:
        """Leading shape: how many mixtures these are."""
        return np.broadcast_shapes(self.means.shape[:-2], self.covariances.shape[:-3], self.weights.shape[:-1])

    @property
    def mean(self) -> Array:
        """Centre of the whole mixture, (..., N); of a posterior, the estimator of least expected square error."""
        result: Array = np.einsum("...k,...kn->...n", self.weights, self.means)
        return np.broadcast_to(result, (*self.batch, self.size))

    @property
    def covariance(self) -> Array:
        """Covariance of the whole mixture, (..., N, N): within the groups and between them."""
        offset = self.means - self.mean[..., None, :]
        within = np.einsum("...k,...kmn->...mn", self.weights, self.covariances)
        between = np.einsum("...k,...km,...kn->...mn", self.weights, offset, offset)
        result: Array = within + between
        return np.broadcast_to(result, (*self.batch, self.size, self.size))

    def sample(self, count: int, random: np.random.Generator) -> Array:
        """Independent draws, (count, ..., N)."""
        shape = (count, *self.batch)
        below = np.cumsum(self.weights, axis=-1)[..., :-1]
        group = (random.random(shape)[..., None] > below).sum(axis=-1)
        means = np.broadcast_to(self.means, (*shape, self.groups, self.size))
        result: Array = np.take_along_axis(means, group[..., None, None], axis=-2)[..., 0, :].copy()
        normal = random.standard_normal((*shape, self.size))
        for k in range(self.groups):
            spread = np.einsum("...mn,...n->...m", self._factors[..., k, :, :], normal)
            result += np.where((group == k)[..., None], spread, 0.0)
        return result

    def log_density(self, points: npt.ArrayLike) -> Array:
        """Logarithm of the density at points (..., N)."""
        return _log_sum_exp(self._log_joint(self._offsets(points)))

    def density(self, points: npt.ArrayLike) -> Array:
        """Density at points (..., N)."""
        result: Array = np.exp(self.log_density(points))
        return result

    def responsibilities(self, points: npt.ArrayLike) -> Array:
        """Probability that each point (..., N) came from each group, (..., K)."""
        return _shares(self._log_joint(self._offsets(points)))

    def score(self, points: npt.ArrayLike) -> Array:
        """Gradient of the logarithm of the density at points (..., N)."""
        offsets = self._offsets(points)
        pulls = np.linalg.solve(self.covariances, offsets[..., None])[..., 0]
        result: Array = -np.einsum("...k,...kn->...n", _shares(self._log_joint(offsets)), pulls)
        return result

    def posterior(self, matrix: npt.ArrayLike, data: npt.ArrayLike, noise: npt.ArrayLike) -> GaussianMixture:
        """Exact distribution of the model x after data b = A x + n, n ~ N(0, noise^2 I).

        Each group is updated as a Gaussian, and its weight multiplied by the density of the datum
        under it (Bishop, Pattern Recognition and Machine Learning, equations 2.113 to 2.117).

        Parameters
        ----------
        matrix : (M, N) array
            The map A.
        data : (..., M) array
            Measured data; leading dimensions are a batch.
        noise : float or (...) array
            Positive standard deviation of the noise, one for all data or one for each of the batch.

        Returns
        -------
        GaussianMixture
            With the batch of the data.

        Raises
        ------
        InputError
            If a shape does not fit, or the noise is not positive.
        """
        A = array_of("GaussianMixture.posterior", "matrix", matrix)
        if A.ndim != 2 or A.shape[1] != self.size:
            raise InputError(
                f"GaussianMixture.posterior expects a matrix with {self.size} columns, got {shape_text(A.shape)}"
            )
        b = array_of("GaussianMixture.posterior", "data", data)
        if b.ndim < 1 or b.shape[-1] != A.shape[0]:
            raise InputError(
                f"GaussianMixture.posterior expects data of shape (..., {A.shape[0]}), got {shape_text(b.shape)}; "
                "the last dimension holds the data of one model"
            )
        deviation = array_of("GaussianMixture.posterior", "noise", noise)
        positive("GaussianMixture.posterior", "noise", deviation, "it is a standard deviation")
        crossed = A @ self.covariances
        predicted = crossed @ A.T + np.square(deviation)[..., None, None, None] * np.eye(A.shape[0])
        gains = np.swapaxes(np.linalg.solve(predicted, crossed), -1, -2)
        misfits = b[..., None, :] - self.means @ A.T
        covariances = self.covariances - gains @ crossed
        logs = _log_weights(self.weights) + _log_gaussian(misfits, np.linalg.cholesky(predicted))
        return GaussianMixture(
            self.means + np.einsum("...knm,...km->...kn", gains, misfits),
            0.5 * (covariances + np.swapaxes(covariances, -1, -2)),
            _shares(logs),
        )

    def diffused(self, signal: float, noise: float) -> GaussianMixture:
        """Mixture that ``signal * x + noise * n`` follows, n ~ N(0, I): the prior of a diffusion at one time."""
        covariances = signal**2 * self.covariances + noise**2 * np.eye(self.size)
        return GaussianMixture(signal * self.means, covariances, self.weights)

    def _offsets(self, points: npt.ArrayLike) -> Array:
        values = array_of("GaussianMixture", "points", points)
        if values.ndim < 1 or values.shape[-1] != self.size:
            raise InputError(
                f"GaussianMixture expects points of shape (..., {self.size}), got {shape_text(values.shape)}"
            )
        return values[..., None, :] - self.means

    def _log_joint(self, offsets: Array) -> Array:
        """Logarithm of weight times density of each group."""
        return _log_weights(self.weights) + _log_gaussian(offsets, self._factors)


def _log_weights(weights: Array) -> Array:
    # a group that a datum excludes has weight zero by underflow: -inf is its right logarithm
    with np.errstate(divide="ignore"):
        result: Array = np.log(weights)
    return result


def _log_gaussian(offsets: Array, factors: Array) -> Array:
    """Logarithm of Gaussian densities at offsets from their means, from Cholesky factors of the covariances."""
    white = np.linalg.solve(factors, offsets[..., None])[..., 0]
    log_determinant = np.log(np.diagonal(factors, axis1=-2, axis2=-1)).sum(axis=-1)
    result: Array = -0.5 * np.square(white).sum(axis=-1) - log_determinant - 0.5 * offsets.shape[-1] * np.log(2 * np.pi)
    return result


def _log_sum_exp(logs: Array) -> Array:
    top = logs.max(axis=-1, keepdims=True)
    result: Array = np.log(np.exp(logs - top).sum(axis=-1)) + top[..., 0]
    return result


def _shares(logs: Any) -> Array:
    """Softmax over the groups."""
    shares: Array = np.exp(logs - _log_sum_exp(logs)[..., None])
    return shares
