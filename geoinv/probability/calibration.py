"""Whether samples of posteriors are calibrated: ranks, coverage by distance, and chi^2 of truths."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of, shape_text

__all__ = ["posterior_chi2", "rank_p_value", "ranks", "tarp_coverage"]

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

FEWEST = 4
"""Draws from which the mean of 1/variance is finite."""

EXPECTED = 5.0
"""Ranks that a bin should hold on average, for chi^2 to have its distribution."""


def ranks(samples: npt.ArrayLike, truths: npt.ArrayLike, seed: int = 0) -> Integers:
    """Ranks of truths among their samples, one coordinate at a time: simulation-based calibration.

    Where models are drawn from the prior, data from the models and samples from the posterior of the data, a rank is
    0 to draws with equal probability (Talts, Betancourt, Simpson, Vehtari and Gelman 2018, arXiv:1804.06788). Ranks at
    both ends say that samples are too close together, ranks in the middle that they are too far apart, ranks at one
    end that they lie beside the truths.

    Parameters
    ----------
    samples : (draws, models, N) array
        Draws from the posterior of each model.
    truths : (models, N) array
        The models.
    seed : int
        Of the places of truths that equal samples, as on a bound: among these they have a random one.

    Returns
    -------
    (models, N) array of int
        How many samples lie below the truth.

    Raises
    ------
    InputError
        If the shapes do not fit.

    Examples
    --------
    >>> ranks([[[0.0]], [[1.0]], [[2.0]]], [[1.5]])
    array([[2]])
    """
    draws, models = _fitting("ranks", samples, truths)
    below, equal = (draws < models).sum(axis=0), (draws == models).sum(axis=0)
    return np.asarray(below + np.random.default_rng(seed).integers(0, equal + 1), np.int64)


def rank_p_value(ranks: npt.ArrayLike, draws: int, bins: int = 10) -> Array:
    """Probability of ranks at least as uneven as these where samples are calibrated, one coordinate at a time.

    Parameters
    ----------
    ranks : (models, N) array of int
        Of :func:`ranks`, of models drawn one by one.
    draws : int
        Samples of each model; ranks go from 0 to this number.
    bins : int
        Groups of neighbouring ranks that are counted, at most ``draws + 1``.

    Returns
    -------
    (N,) array
        p-value of the chi^2 test: uniform between 0 and 1 where samples are calibrated, near 0 where they are not.

    Raises
    ------
    InputError
        If ranks are none of so many draws, or there are less than five models a bin.

    Examples
    --------
    >>> rank_p_value([[0], [1], [2], [3]] * 10, draws=3, bins=4)
    array([1.])
    """
    from scipy.stats import chi2

    found = array_of("rank_p_value", "ranks", ranks)
    if found.ndim != 2 or np.any((found < 0) | (found > draws) | (found != np.round(found))):
        raise InputError(f"rank_p_value expects ranks (models, dimensions) from 0 to {draws}, got others; see ranks")
    if not 2 <= bins <= draws + 1 or len(found) < EXPECTED * bins:
        raise InputError(
            f"rank_p_value expects 2 to {draws + 1} bins for {draws} draws and {EXPECTED:g} models or more a bin, got "
            f"{bins} bins and {len(found)} models; take fewer bins, or more models"
        )
    edges = np.arange(draws + 1) * bins // (draws + 1)
    expected = len(found) * np.bincount(edges, minlength=bins) / (draws + 1)
    groups = edges[found.astype(np.int64)]
    counts = np.stack([(groups == group).sum(axis=0) for group in range(bins)], axis=-1)
    statistic = np.sum((counts - expected) ** 2 / expected, axis=-1)
    return np.asarray(chi2.sf(statistic, bins - 1))


def tarp_coverage(
    samples: npt.ArrayLike, truths: npt.ArrayLike, levels: npt.ArrayLike = (0.1, 0.5, 0.9), seed: int = 0
) -> Array:
    """Share of the truths within credible regions of their samples, all coordinates together: TARP.

    A region of a level is the ball about a random point that holds this share of the samples (Lemos, Coogan, Hezaveh
    and Perreault-Levasseur 2023, Sampling-based accuracy testing of posterior estimators, arXiv:2302.03026). Points are
    uniform over the box of the truths, and distances are counted in the sides of that box.

    Parameters
    ----------
    samples : (draws, models, N) array
        Draws from the posterior of each model.
    truths : (models, N) array
        The models, two or more.
    levels : (L,) array
        Probabilities.
    seed : int
        Of the random points.

    Returns
    -------
    (L,) array
        Near `levels` where the samples follow the posteriors. Samples that are too close together bring shares to a
        half: above low levels, below high ones.

    Raises
    ------
    InputError
        If the shapes do not fit, there is one model only, or a level is no probability.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> centres = random.standard_normal((500, 2))
    >>> truths = centres + random.standard_normal((500, 2))
    >>> tarp_coverage(centres + random.standard_normal((99, 500, 2)), truths, [0.5, 0.9]).round(1)
    array([0.5, 0.9])
    """
    draws, models = _fitting("tarp_coverage", samples, truths)
    wanted = array_of("tarp_coverage", "levels", levels)
    if wanted.ndim != 1 or not np.all((wanted >= 0.0) & (wanted <= 1.0)):
        raise InputError(f"tarp_coverage expects levels from 0 to 1, got {levels!r}; give such as (0.1, 0.5, 0.9)")
    if len(models) < 2:
        raise InputError(f"tarp_coverage expects two models or more, got {len(models)}; each counts once")
    low, high = models.min(axis=0), models.max(axis=0)
    sides = np.where(high > low, high - low, 1.0)
    points = np.random.default_rng(seed).uniform(low, high, models.shape)
    # a sample at a time, since all of their differences may not fit the memory
    size = np.array([np.linalg.norm((sample - points) / sides, axis=-1) for sample in draws])
    inside = (size < np.linalg.norm((models - points) / sides, axis=-1)).mean(axis=0)
    return np.asarray([(inside < level).mean() for level in wanted])


def posterior_chi2(samples: npt.ArrayLike, truths: npt.ArrayLike) -> Array:
    """Squared error of the mean of samples over their variance, the mean over all coordinates of each model.

    Parameters
    ----------
    samples : (draws, models, N) array
        Draws from the posterior of each model, four or more.
    truths : (models, N) array
        The models.

    Returns
    -------
    (models,) array
        1 on average where the samples follow normal posteriors, above it where they are too close together or beside
        the truths. What few draws add, ``(draws + 1) (draws - 1) / (draws (draws - 3))``, is taken off.

    Raises
    ------
    InputError
        If the shapes do not fit, there are fewer draws, or a coordinate is the same in all samples of a model.

    Examples
    --------
    >>> draws = np.array([-1.0, 1.0, -1.0, 1.0, -1.0, 1.0])[:, None, None]
    >>> posterior_chi2(draws, [[2.0]]).round(2)
    array([1.71])
    """
    draws, models = _fitting("posterior_chi2", samples, truths)
    number = len(draws)
    if number < FEWEST:
        raise InputError(f"posterior_chi2 expects {FEWEST} draws or more, got {number}; draw more")
    variance = draws.var(axis=0, ddof=1)
    if not variance.all():
        raise InputError(
            f"posterior_chi2 expects samples that differ, got {int((variance == 0.0).sum())} of {variance.size} "
            "coordinates with one value in all of them; leave these out"
        )
    expected = (number + 1.0) * (number - 1.0) / (number * (number - 3.0))
    return np.asarray(((models - draws.mean(axis=0)) ** 2 / variance).mean(axis=-1) / expected)


def _fitting(owner: str, samples: npt.ArrayLike, truths: npt.ArrayLike) -> tuple[Array, Array]:
    """Samples (draws, models, N) and truths (models, N)."""
    draws, models = array_of(owner, "samples", samples), array_of(owner, "truths", truths)
    if draws.ndim != 3 or draws.shape[1:] != models.shape or not draws.size:
        raise InputError(
            f"{owner} expects samples (draws, models, dimensions) and truths (models, dimensions), got "
            f"{shape_text(draws.shape)} and {shape_text(models.shape)}"
        )
    return draws, models
