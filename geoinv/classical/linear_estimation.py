"""The best linear estimator of models whose mean and covariance are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.classical.data_sets import DataSets
from geoinv.core.checks import InputError, array_of, finite

__all__ = ["LinearEstimator", "linear_minimum_mean_square_error", "moments"]

Array = npt.NDArray[Any]


class LinearEstimator:
    """Estimator ``m + C A'(A C A' + s^2 I)^-1 (d - A m)``: of all linear ones the one of least mean square error.

    For Gaussian models it is the mean of the posterior. Built by :func:`linear_minimum_mean_square_error`.

    Parameters
    ----------
    A : LinearOperator
        The physics; its matrix and the covariance are held in memory.
    mean : array of ``A.domain_shape``
        m, mean of the models.
    covariance : (cells, cells) array
        C, their covariance, in the order of ``model.ravel()``.
    noise : float
        Standard deviation s that is meant where a call names none.
    """

    def __init__(self, A: LinearOperator, mean: Array, covariance: Array, noise: float) -> None:
        self.operator, self.mean, self.noise = A, np.array(mean), noise
        matrix = A.to_dense().astype(np.float64)
        cross = covariance @ matrix.T
        seen = matrix @ cross
        self._variances, self._directions = np.linalg.eigh(0.5 * (seen + seen.T))
        self._variances = np.maximum(self._variances, 0.0)
        self._gains = cross @ self._directions
        self._prior_error = float(np.trace(covariance))

    def __call__(self, data: npt.ArrayLike, noise: npt.ArrayLike | None = None) -> Array:
        """Models (..., *domain_shape) for data (..., *range_shape).

        Parameters
        ----------
        data : (..., *range_shape) array
            Leading dimensions are a batch.
        noise : float or (...) array, optional
            Standard deviation of this noise, one for all or one a data set.

        Raises
        ------
        InputError
            If the data do not fit the operator or a noise is not positive.
        """
        deviation = self.noise if noise is None else noise
        sets = DataSets.of("LinearEstimator", self.operator, data, deviation)
        anomaly = (sets.data - self.operator(self.mean)).reshape(len(sets.data), -1)
        weights = 1.0 / (self._variances + sets.variance[:, None])
        models = self.mean.ravel() + (weights * (anomaly @ self._directions)) @ self._gains.T
        return sets.restored(models.reshape((-1, *self.operator.domain_shape)).astype(self.operator.dtype))

    @property
    def expected_error(self) -> float:
        """Expected sum over a model's cells of the squared error, at the estimator's own noise."""
        explained = np.sum(self._gains**2, axis=0) / (self._variances + self.noise**2)
        return self._prior_error - float(explained.sum())


def linear_minimum_mean_square_error(
    A: LinearOperator, mean: npt.ArrayLike, covariance: npt.ArrayLike, noise: float
) -> LinearEstimator:
    """Best linear estimator for models of a known mean and covariance, seen through A and white noise.

    Parameters
    ----------
    A : LinearOperator
        The physics.
    mean : array of ``A.domain_shape``
        Mean of the models.
    covariance : (cells, cells) array
        Their covariance, in the order of ``model.ravel()``.
    noise : float
        Standard deviation of the noise, in the data's unit.

    Returns
    -------
    LinearEstimator
        Maps batches of data to models, and knows its expected error.

    Raises
    ------
    InputError
        If a shape does not fit, the covariance is not symmetric, or the noise is not positive.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> total = MatrixOperator([[1.0, 1.0]])
    >>> estimate = linear_minimum_mean_square_error(total, [0.0, 0.0], np.eye(2), noise=1.0)
    >>> estimate([3.0]).round(6).tolist(), round(estimate.expected_error, 6)
    ([1.0, 1.0], 1.333333)
    """
    owner = "linear_minimum_mean_square_error"
    cells = int(np.prod(A.domain_shape))
    middle = array_of(owner, "mean", mean, shape=A.domain_shape, names=A.domain_names)
    spread = array_of(owner, "covariance", covariance, shape=(cells, cells))
    finite(owner, "mean", middle, "see moments")
    finite(owner, "covariance", spread, "see moments")
    if not np.allclose(spread, spread.T, rtol=1e-6, atol=1e-8 * float(np.abs(spread).max())):
        raise InputError(f"{owner} expects a symmetric covariance, got one that is not; see moments")
    if not (np.isfinite(noise) and noise > 0):
        raise InputError(f"{owner} expects a positive noise, got {noise}; give its standard deviation")
    return LinearEstimator(A, middle, spread, float(noise))


def moments(models: npt.ArrayLike) -> tuple[Array, Array]:
    """Mean and covariance of training models.

    Parameters
    ----------
    models : (models, *shape) array
        Two or more models.

    Returns
    -------
    (*shape) array and (cells, cells) array

    Raises
    ------
    InputError
        If there are fewer than two models.

    Examples
    --------
    >>> mean, covariance = moments([[0.0, 0.0], [2.0, 4.0]])
    >>> mean.tolist(), covariance.tolist()
    ([1.0, 2.0], [[2.0, 4.0], [4.0, 8.0]])
    """
    values = array_of("moments", "models", models)
    if values.ndim < 2 or len(values) < 2:
        raise InputError(f"moments expects two or more models, got an array of shape {values.shape}; stack them")
    return values.mean(axis=0), np.cov(values.reshape(len(values), -1), rowvar=False).reshape((values[0].size,) * 2)
