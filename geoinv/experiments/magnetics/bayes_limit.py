"""How well any method can recover the sections: bounds and an estimate of the Bayes error, from the training models."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.experiments.magnetics.problem import Magnetics
from geoinv.experiments.shared.bracket import bracketed
from geoinv.experiments.shared.measures import nmse
from geoinv.experiments.shared.noisy_problem import noise_level
from geoinv.experiments.shared.preset import RunSettings
from geoinv.probability.prior_draws import PriorDraws

__all__ = ["BayesEstimate", "bayes_estimates", "paired_error"]

Array = npt.NDArray[Any]

NEAR = 0.03
"""Softness of the distance by which neighbours are found: that of their data alone leaves out nearly all directions."""

SEED = 17
"""Of the noise of the training models that are paired with test models."""


@dataclass(frozen=True)
class BayesEstimate:
    """A number that bounds or estimates the error of the posterior mean.

    Attributes
    ----------
    name : str
        Method of the table.
    error : float
        NMSE.
    seconds : float
        It took.
    note : str
        Whether it is a bound, and how it came about.
    """

    name: str
    error: float
    seconds: float
    note: str


def paired_error(residuals: Array, others: Array) -> tuple[float, float]:
    """Half the mean squared difference of residuals whose data are alike, and its standard error.

    Two models of equal data are two draws of one posterior: half their squared distance has its variance as mean,
    and what an estimator adds to both alike falls out (Rice 1984, Bandwidth choice for nonparametric regression).
    Where the data differ a little, so may what falls out: then the number is an estimate from above.

    Parameters
    ----------
    residuals, others : (pairs, cells) array
        Models less what one estimator, which has seen neither, makes of their data.

    Examples
    --------
    >>> paired_error(np.array([[1.0, 0.0], [3.0, 0.0]]), np.array([[1.0, 2.0], [1.0, 0.0]]))
    (2.0, 0.0)
    """
    halves = np.asarray(0.5 * np.sum((residuals - others) ** 2, axis=1, dtype=np.float64))
    return float(halves.mean()), float(halves.std() / np.sqrt(halves.size))


def bayes_estimates(settings: RunSettings, problem: Magnetics) -> list[BayesEstimate]:
    """Upper bounds, an estimate and a lower bound of the Bayes error of the test models.

    Every estimator's error is an upper bound; that of one which is told more than the data, a lower one.
    """
    timed: list[Callable[[RunSettings, Magnetics, PriorDraws], BayesEstimate]] = [
        _weighted,
        _locally_linear,
        _paired,
        _among,
    ]
    draws = _draws(problem, _flat(problem.training))
    return [estimate(settings, problem, draws) for estimate in timed]


def _weighted(settings: RunSettings, problem: Magnetics, draws: PriorDraws) -> BayesEstimate:
    """Importance estimate of the posterior mean, as soft as serves the validation models best."""
    began = time.perf_counter()
    truth, data, noise = _validation(problem)
    grid = settings.choose(quick=[0.1], cpu=[0.03, 0.09, 0.27], full=[0.03, 0.09, 0.27])
    softness = bracketed(grid, lambda value: nmse(draws.mean(data, noise, value)[0], truth))
    found, sizes = draws.mean(problem.test_data, _noise(problem.test_data), softness.best)
    hard, one = draws.mean(data, noise)
    note = (
        f"upper bound; weights exp(-chi^2/2) of {len(draws.models)} training models, tempered: the covariance of "
        f"their data times the softness is added to that of the noise; {softness.text('softness')}; median effective "
        f"sample {np.median(sizes):.0f}; not tempered NMSE {nmse(hard, truth):.3f} on {len(truth)} validation models, "
        f"median effective sample {np.median(one):.1f}"
    )
    return BayesEstimate(
        "training models, weighted", nmse(found, _flat(problem.test)), time.perf_counter() - began, note
    )


def _locally_linear(settings: RunSettings, problem: Magnetics, draws: PriorDraws) -> BayesEstimate:
    """Best linear estimate of the nearest training models, as many as serve the validation models best."""
    began = time.perf_counter()
    truth, data, noise = _validation(problem)
    neighbours = bracketed(
        settings.choose(quick=[50.0], cpu=[100.0, 200.0, 400.0], full=[100.0, 200.0, 400.0]),
        lambda count: nmse(draws.locally_linear(data, noise, NEAR, int(count)), truth),
        highest=len(draws.models),
    )
    found = draws.locally_linear(problem.test_data, _noise(problem.test_data), NEAR, int(neighbours.best))
    note = f"upper bound; best linear estimate of the training models with the nearest data; {neighbours.text('count')}"
    return BayesEstimate(
        "training models, locally linear", nmse(found, _flat(problem.test)), time.perf_counter() - began, note
    )


def _paired(settings: RunSettings, problem: Magnetics, draws: PriorDraws) -> BayesEstimate:
    """Pairs of a test model and the training model of the nearest data, less what the other training models say."""
    began = time.perf_counter()
    half, count = len(problem.training) // 2, settings.choose(quick=50, cpu=200, full=200)
    others = _flat(problem.training)[half:]
    clean = others @ draws.matrix.T
    noisy = clean + noise_level(clean) * np.random.default_rng(SEED).standard_normal(clean.shape)
    told, paired = _draws(problem, draws.models[:half]), PriorDraws(draws.matrix, others, noisy)
    # from all over the test models: the first half of MNIST's is another population than the second
    some = slice(None, None, settings.choose(quick=1, cpu=4, full=1))
    truth, data = _flat(problem.test)[some], problem.test_data[some]
    nearest = paired.nearest(data, _noise(data), NEAR)
    residuals, beside = (
        models - told.locally_linear(seen, _noise(seen), NEAR, count)
        for models, seen in ((truth, data), (others[nearest], noisy[nearest]))
    )
    error, deviation = paired_error(residuals, beside)
    size = float(np.mean(np.sum(truth.astype(np.float64) ** 2, axis=1)))
    note = (
        f"estimate from above: half the squared distance of {len(truth)} pairs of models with near data, less what "
        f"{half} other training models, locally linear, make of these data (NMSE "
        f"{nmse(truth - residuals, truth):.3f}); standard error {deviation / size:.4f}"
    )
    return BayesEstimate("Bayes error, by pairs", error / size, time.perf_counter() - began, note)


def _among(settings: RunSettings, problem: Magnetics, draws: PriorDraws) -> BayesEstimate:
    """Error of the posterior mean for somebody who knows that the truth is a training model or the true one."""
    began = time.perf_counter()
    count = settings.choose(quick=64, cpu=1000, full=10_000)
    truth, data = _flat(problem.test)[:count], problem.test_data[:count]
    found, weight = draws.mean_among(truth, data, _noise(data))
    note = (
        f"lower bound: error of whoever is told that the model is one of {len(draws.models)} training models or the "
        f"true one, first {len(truth)} test models; weight of the true one {weight.mean():.6f} on average, so that "
        f"{'it says little' if weight.mean() > 0.99 else 'the data leave several'}"
    )
    return BayesEstimate("Bayes error, lower bound", nmse(found, truth), time.perf_counter() - began, note)


def _draws(problem: Magnetics, models: Array) -> PriorDraws:
    return PriorDraws(problem.A.to_dense(), models)


def _validation(problem: Magnetics) -> tuple[Array, Array, Array]:
    """Models to choose by, their data, and the deviation of the noise."""
    data = problem.validation_data[:400]
    return _flat(problem.validation)[:400], data, _noise(data)


def _flat(models: Array) -> Array:
    return models.reshape(len(models), -1)


def _noise(data: Array) -> Array:
    """Deviation of the noise of each datum, which its own size tells to 1 %."""
    return noise_level(data)[:, 0]
