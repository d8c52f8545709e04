"""A prior that is known by draws: estimates of its posterior mean, and bounds on the error of any estimator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of, finite, shape_text

__all__ = ["PriorDraws"]

Array = npt.NDArray[Any]

AT_A_TIME = 200
"""Data that are compared with all draws together: bounds memory."""


class PriorDraws:
    """Models drawn from a prior, with the data that they make, to compare measured data with.

    The posterior mean is a ratio of integrals over the prior, and both are means over its draws x_i::

        E[x | d] = sum w_i x_i / sum w_i,   w_i = exp(-1/2 |d - A x_i|^2 / s^2)

    Where the data tell each draw from all others, one weight is nearly the whole sum, and the estimate is the model
    of the nearest data. A softness t > 0 takes the covariance s^2 I + t S in place of s^2 I, S that of the data of
    the draws: the weights are spread over more models, and directions in which all data are alike count less.

    Parameters
    ----------
    matrix : (data, cells) array
        A.
    models : (draws, cells) array
        Kept in their own precision.
    data : (draws, data) array, optional
        That they are found by; A of the models where not given.

    Raises
    ------
    InputError
        If the shapes do not fit, there are fewer than two draws, or a value is not finite.

    Examples
    --------
    >>> draws = PriorDraws([[1.0, 1.0]], np.random.default_rng(0).standard_normal((100_000, 2)))
    >>> estimate, size = draws.mean([[1.0]], 0.5)
    >>> estimate.round(1).tolist(), bool(size[0] > 1_000)
    ([[0.4, 0.4]], True)
    """

    def __init__(self, matrix: npt.ArrayLike, models: npt.ArrayLike, data: npt.ArrayLike | None = None) -> None:
        self.matrix = array_of("PriorDraws", "matrix", matrix)
        self.models = np.asarray(models)
        if self.models.ndim != 2 or self.matrix.ndim != 2 or self.models.shape[1] != self.matrix.shape[1]:
            raise InputError(
                f"PriorDraws expects models of shape (draws, {self.matrix.shape[-1]}) for its matrix, got "
                f"{shape_text(self.models.shape)}; flatten them"
            )
        if len(self.models) < 2:
            raise InputError(f"PriorDraws expects two draws or more, got {len(self.models)}")
        finite("PriorDraws", "models", self.models, "remove them")
        images = self.models @ self.matrix.T if data is None else array_of("PriorDraws", "data", data)
        if images.shape != (len(self.models), len(self.matrix)):
            raise InputError(
                f"PriorDraws expects the data of its models in shape ({len(self.models)}, {len(self.matrix)}), got "
                f"{shape_text(images.shape)}"
            )
        variances, self._axes = np.linalg.eigh(np.atleast_2d(np.cov(images, rowvar=False)))
        self._variances = np.maximum(variances, 0.0)
        self._data = images @ self._axes

    def mean(self, data: npt.ArrayLike, noise: npt.ArrayLike, softness: float = 0.0) -> tuple[Array, Array]:
        """Importance estimate of the posterior mean of each datum.

        Parameters
        ----------
        data : (count, data) array
        noise : float or (count,) array
            Standard deviation s of each datum's noise.
        softness : float, optional
            t; 0 weighs by the likelihood alone, and converges to the posterior mean as the draws become more.

        Returns
        -------
        models : (count, cells) array
        size : (count,) array
            Effective number of draws, ``1 / sum w_i^2`` of the normalised weights.
        """
        found, sizes = [], []
        for _, distances in self._distances(data, noise, softness):
            weights = _weights(distances)
            found.append(weights.astype(self.models.dtype) @ self.models)
            sizes.append(1.0 / np.sum(weights**2, axis=1))
        return np.concatenate(found), np.concatenate(sizes)

    def locally_linear(self, data: npt.ArrayLike, noise: npt.ArrayLike, softness: float, count: int) -> Array:
        """Best linear estimate among the `count` draws whose data are nearest to each datum.

        Mean and covariance are those of these draws, alike in weight, and the noise is the datum's own: it moves the
        estimate of :meth:`mean` to the data, as the posterior of each group of a mixture of Gaussians does.

        Parameters
        ----------
        data, noise
            As in :meth:`mean`.
        softness : float
            t of the distance.
        count : int
            Draws of each estimate, two or more.

        Returns
        -------
        (count, cells) array
        """
        if not 2 <= count <= len(self.models):
            raise InputError(f"PriorDraws expects a count between 2 and its {len(self.models)} draws, got {count}")
        found = []
        for (own, variances), distances in self._distances(data, noise, softness):
            nearest = np.argpartition(distances, count - 1, axis=1)[:, :count]
            for datum, variance, rows in zip(own, variances, nearest, strict=True):
                seen, models = self._data[rows], self.models[rows]
                centre, mean = seen.mean(axis=0), models.mean(axis=0)
                seen = (seen - centre) / np.sqrt(count)
                gain = np.linalg.solve(seen.T @ seen + variance * np.eye(seen.shape[1]), datum - centre)
                along = (seen @ gain / np.sqrt(count)).astype(models.dtype)
                found.append(mean + along @ (models - mean))
        return np.array(found)

    def nearest(self, data: npt.ArrayLike, noise: npt.ArrayLike, softness: float) -> Array:
        """Place of the draw whose data are nearest to each datum, (count,) integers."""
        return np.concatenate([distances.argmin(axis=1) for _, distances in self._distances(data, noise, softness)])

    def mean_among(self, truth: npt.ArrayLike, data: npt.ArrayLike, noise: npt.ArrayLike) -> tuple[Array, Array]:
        """Posterior mean for somebody who is told that the model is one of the draws or the true one.

        To be told more never harms: where truth and draws come from the same prior, the mean square error of this
        estimate is a lower bound of that of every estimator which sees the data alone. It rises with the number of
        draws to the error of the posterior mean, and is zero where the data tell the truth from every draw.

        Parameters
        ----------
        truth : (count, cells) array
            Model of each datum.
        data, noise
            As in :meth:`mean`.

        Returns
        -------
        models : (count, cells) array
        weight : (count,) array
            Of the truth.
        """
        true = np.asarray(truth)
        images = true @ self.matrix.T @ self._axes
        found, shares, done = [], [], 0
        for (own, variances), distances in self._distances(data, noise, 0.0):
            here = slice(done, done + len(own))
            done += len(own)
            at_truth = np.sum((own - images[here]) ** 2, axis=1) / variances
            weights = _weights(np.column_stack([at_truth, distances]))
            others = weights[:, 1:].astype(self.models.dtype) @ self.models
            found.append(weights[:, :1] * true[here] + others)
            shares.append(weights[:, 0])
        return np.concatenate(found), np.concatenate(shares)

    def _distances(
        self, data: npt.ArrayLike, noise: npt.ArrayLike, softness: float
    ) -> Iterator[tuple[tuple[Array, Array], Array]]:
        """Some data in the axes of the draws and their variances, with the chi^2 of every draw, (some, draws)."""
        measured = array_of("PriorDraws", "data", data)
        if measured.ndim != 2 or measured.shape[1] != len(self.matrix):
            raise InputError(
                f"PriorDraws expects data of shape (count, {len(self.matrix)}), got {shape_text(measured.shape)}"
            )
        levels = np.broadcast_to(array_of("PriorDraws", "noise", noise), len(measured))
        if not (np.isfinite(levels) & (levels > 0.0)).all() or not (np.isfinite(softness) and softness >= 0.0):
            raise InputError("PriorDraws expects a positive noise and a softness of zero or more")
        turned, variances = measured @ self._axes, levels**2
        squares = self._data**2
        for start in range(0, len(measured), AT_A_TIME):
            own, variance = turned[start : start + AT_A_TIME], variances[start : start + AT_A_TIME]
            weights = 1.0 / (variance[:, None] + softness * self._variances)
            both = (own * weights) @ self._data.T
            chi2 = np.sum(own**2 * weights, axis=1, keepdims=True) - 2.0 * both + weights @ squares.T
            yield (own, variance), np.maximum(chi2, 0.0)


def _weights(chi2: Array) -> Array:
    """exp(-chi^2/2), of unit sum in each row."""
    weights = np.exp(-0.5 * (chi2 - chi2.min(axis=1, keepdims=True)))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
