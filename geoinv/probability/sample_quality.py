"""How well samples stand for a distribution: weights of its groups, energy distance, coverage, CRPS."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of, shape_text
from geoinv.probability.mixture import GaussianMixture

__all__ = ["continuous_ranked_probability_score", "coverage", "energy_distance", "mode_weights"]

Array = npt.NDArray[np.float64]


def mode_weights(samples: npt.ArrayLike, prior: GaussianMixture) -> Array:
    """Share of the samples that fall into each group of a mixture.

    Parameters
    ----------
    samples : (draws, ..., N) array
        Points; each counts for the groups by its responsibilities, so that groups may overlap.
    prior : GaussianMixture
        The mixture whose groups are meant.

    Returns
    -------
    (..., K) array
        Shares with unit sum. For draws from a posterior of `prior` they tend to the weights of that posterior.

    Examples
    --------
    >>> prior = GaussianMixture([[-9.0], [9.0]], [[[1.0]], [[1.0]]])
    >>> mode_weights([[-9.1], [8.8], [9.3], [9.0]], prior)
    array([0.25, 0.75])
    """
    shares: Array = prior.responsibilities(samples).mean(axis=0)
    return shares


def energy_distance(samples: npt.ArrayLike, exact: npt.ArrayLike) -> Array:
    """Distance between the distributions of two sets of draws, zero where they agree.

    2 E|X - Y| - E|X - X'| - E|Y - Y'| (Szekely and Rizzo, 2013, equation 2.1), X from `samples`,
    Y from `exact`; without bias, so that it may fall slightly below zero by chance.

    Parameters
    ----------
    samples, exact : (draws, ..., N) array
        Points of the two distributions, two or more each, with the same leading batch.

    Returns
    -------
    (...) array
        In the unit of the points.

    Raises
    ------
    InputError
        If the shapes do not fit, or there are fewer than two draws.

    Examples
    --------
    >>> float(energy_distance([[0.0], [1.0]], [[10.0], [11.0]]))
    18.0
    """
    first = array_of("energy_distance", "samples", samples)
    second = array_of("energy_distance", "exact", exact)
    if first.ndim < 2 or first.shape[1:] != second.shape[1:] or min(len(first), len(second)) < 2:
        raise InputError(
            "energy_distance expects two arrays of shape (draws, ..., dimensions) that agree after the first "
            f"dimension, with two draws or more, got {shape_text(first.shape)} and {shape_text(second.shape)}"
        )
    across = _total_distance(first, second) / (len(first) * len(second))
    within = [_total_distance(points, points) / (len(points) * (len(points) - 1)) for points in (first, second)]
    result: Array = 2 * across - within[0] - within[1]
    return result


def _total_distance(first: Array, second: Array) -> Array:
    """Sum of the distances of all pairs, one point against all others at a time to spare memory."""
    total = np.zeros(first.shape[1:-1])
    for point in first:
        total += np.linalg.norm(second - point, axis=-1).sum(axis=0)
    return total


def coverage(samples: npt.ArrayLike, truths: npt.ArrayLike, level: float = 0.9) -> Array:
    """Share of the truths inside the central interval of their samples, one coordinate at a time.

    Parameters
    ----------
    samples : (draws, models, N) array
        Draws from the posterior of each model.
    truths : (models, N) array
        The models.
    level : float
        Probability of the central interval, between zero and one.

    Returns
    -------
    (N,) array
        Near `level` where the samples follow the posterior; below it they are too sure.

    Raises
    ------
    InputError
        If the shapes do not fit or `level` is no probability.

    Examples
    --------
    >>> draws = np.linspace(-1.0, 1.0, 101)[:, None, None] * np.ones((1, 3, 1))
    >>> coverage(draws, [[0.0], [0.8], [0.95]]).round(3)
    array([0.667])
    """
    if not 0 < level < 1:
        raise InputError(f"coverage expects a level between 0 and 1, got {level}")
    draws = array_of("coverage", "samples", samples)
    models = array_of("coverage", "truths", truths)
    if draws.ndim != 3 or draws.shape[1:] != models.shape:
        raise InputError(
            "coverage expects samples (draws, models, dimensions) and truths (models, dimensions), "
            f"got {shape_text(draws.shape)} and {shape_text(models.shape)}"
        )
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    inside: Array = ((models >= low) & (models <= high)).mean(axis=0)
    return inside


def continuous_ranked_probability_score(samples: npt.ArrayLike, truths: npt.ArrayLike) -> Array:
    """CRPS of samples, ``E|X - t| - E|X - X'| / 2``, one coordinate at a time: zero where all draws are the truth.

    Parameters
    ----------
    samples : (draws, ..., N) array
        Two draws or more; pairs of different draws estimate the second term without bias (Gneiting and Raftery 2007).
    truths : (..., N) array
        What they stand for.

    Returns
    -------
    (..., N) array
        In the unit of the coordinates; smaller is better.

    Raises
    ------
    InputError
        If the shapes do not fit, or there is one draw only.

    Examples
    --------
    >>> continuous_ranked_probability_score([[0.0], [2.0]], [1.0])
    array([0.])
    """
    draws = array_of("continuous_ranked_probability_score", "samples", samples)
    models = array_of("continuous_ranked_probability_score", "truths", truths)
    if draws.ndim < 1 or draws.shape[1:] != models.shape or len(draws) < 2:
        raise InputError(
            "continuous_ranked_probability_score expects samples (two draws or more, ...) and truths (...), "
            f"got {shape_text(draws.shape)} and {shape_text(models.shape)}"
        )
    count = len(draws)
    # of sorted draws, the sum over all pairs of |X_i - X_j| is a weighted sum
    ranks = 2.0 * np.arange(count) - count + 1.0
    spread = np.tensordot(ranks, np.sort(draws, axis=0), (0, 0)) / (count * (count - 1))
    return np.asarray(np.abs(draws - models).mean(axis=0) - spread)
