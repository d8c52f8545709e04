"""Ensemble: models that fit the data as well as the noise lets them, drawn from the posterior of an inversion."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of
from geoinv.core.interrupts import interrupts_held
from geoinv.core.memory import require_memory
from geoinv.core.progress import report
from geoinv.core.provenance import described
from geoinv.inversion.checkpoint import Checkpoint, Results
from geoinv.inversion.ensemble_dataset import with_statistics
from geoinv.inversion.fingerprint import fingerprint
from geoinv.inversion.randomize_then_optimize import FEWEST, Posterior, refuse_draws
from geoinv.inversion.solution import Solution
from geoinv.regularizers.base import Reweighted

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Ensemble", "assembled", "checked_posterior", "draws", "ensemble"]

Array = npt.NDArray[np.float64]
Draw = tuple[Array, Array, bool]

ROUGH = 40
"""Samples below which the percentiles 5 and 95 are about the least and the largest one."""

COPIES = 4
"""Arrays of the size of all samples that percentiles take, the samples among them."""


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Samples of a posterior, as :func:`ensemble` returns them.

    Attributes
    ----------
    solution : Solution
        The inversion that they belong to.
    samples : (number, ...) array
        Models, 0 in inactive cells.
    base_levels : (number, components) array
        Constant in the data that goes with each.
    wanted : int
        How many were asked for; there are fewer after Ctrl-C.
    seed : int
        Of the random numbers.
    assumptions : tuple of str
        What the samples stand on.
    doubts : tuple of str
        What may be wrong with them.
    """

    solution: Solution
    samples: Array
    base_levels: Array
    wanted: int
    seed: int
    assumptions: tuple[str, ...]
    doubts: tuple[str, ...]

    @property
    def mean(self) -> Array:
        """Mean of the samples."""
        return np.asarray(self.samples.mean(axis=0))

    @property
    def standard_deviation(self) -> Array:
        """Standard deviation of the samples, known to ``1/sqrt(2 (number - 1))`` of itself."""
        return np.asarray(self.samples.std(axis=0, ddof=1))

    def percentiles(self, *which: float) -> Array:
        """Values that so many per cent of the samples lie below, cell by cell.

        Parameters
        ----------
        *which : float
            Percentages from 0 to 100.

        Returns
        -------
        (len(which), ...) array

        Raises
        ------
        InputError
            If there is none, or one is no percentage.
        """
        wanted = array_of("percentiles", "the percentages", which)
        if wanted.ndim != 1 or not wanted.size or not np.all((wanted >= 0.0) & (wanted <= 100.0)):
            raise InputError(f"percentiles expects percentages from 0 to 100, got {which}; give such as 5, 50, 95")
        return np.asarray(np.percentile(self.samples, wanted, axis=0))

    def with_statistics(self, data: xr.Dataset) -> xr.Dataset:
        """Dataset of the solution with mean, standard deviation and percentiles 5, 50, 95 of its model beside it."""
        ensemble = {
            "ensemble_size": len(self.samples),
            "ensemble_seed": self.seed,
            "ensemble_assumes": "; ".join(self.assumptions),
        }
        if self.doubts:
            ensemble["ensemble_doubts"] = "; ".join(self.doubts)
        return with_statistics(data, self.solution.operator, self.samples).assign_attrs(ensemble)

    def to_xarray(self, provenance: Mapping[str, Any] | None = None) -> xr.Dataset:
        """Solution as one CF Dataset, see :meth:`Solution.to_xarray`, with what the samples tell.

        Of a model ``susceptibility``: ``susceptibility_mean``, ``susceptibility_standard_deviation`` and
        ``susceptibility_percentile_5``, ``_50``, ``_95``; of a magnetization of each component and of the amplitude.
        """
        return self.with_statistics(self.solution.to_xarray(provenance))


def ensemble(solution: Solution, number: int = 50, seed: int = 0, checkpoint: str | Path | None = None) -> Ensemble:
    """Draw models from the posterior of an inversion, by randomize-then-optimize.

    Each sample is the solution of the same problem with other noise, drawn with the standard deviations of the data,
    and another prior, drawn from the regularizer at the beta that the inversion ended with; bounds and base level as
    there. It costs about as much as the last minimisation of the inversion. For linear data without bounds the samples
    are exact draws from the posterior; ``assumptions`` says what they are otherwise.

    Parameters
    ----------
    solution : Solution
        Of :func:`geoinv.invert`, with a regularizer of squares: Smooth, Sparse, TotalVariation, Aligned, their sums.
    number : int
        How many samples, 2 or more.
    seed : int
        Of the random numbers. Sample i of a seed does not depend on how many there are.
    checkpoint : str or Path, optional
        File in which each sample is kept as soon as it is there, other than that of the inversion. Where it stands
        there already, of the same solution and seed, its samples are taken.

    Returns
    -------
    Ensemble
        Ctrl-C ends it with the samples so far, if there are two.

    Raises
    ------
    InputError
        If the number or the seed is not usable, the solution did not come to its end or has no beta, the regularizer
        is no sum of squares, or the checkpoint is of another ensemble, damaged, or cannot be written.

    Examples
    --------
    >>> import geoinv
    >>> from geoinv.algebra.matrices import Identity
    >>> phi = geoinv.Smooth(smoothness=0.0, weighting=None)
    >>> solution = geoinv.invert(Identity((1,)), [1.2], 1.0, phi, beta=3.0)
    >>> samples = ensemble(solution, number=2000)
    >>> samples.mean.round(1).tolist(), samples.standard_deviation.round(1).tolist()
    ([0.3], [0.5])
    """
    posterior = checked_posterior(solution, number, seed)
    drawn: list[Draw] = []
    try:
        with closing(draws(posterior, range(number), number, int(seed), checkpoint)) as samples:
            for draw in samples:
                with interrupts_held():
                    drawn.append(draw)
    except KeyboardInterrupt:
        if len(drawn) < FEWEST:
            raise
    with interrupts_held():
        return assembled(posterior, solution, drawn, int(number), int(seed))


def checked_posterior(solution: Solution, number: int, seed: int) -> Posterior:
    """Posterior to draw from; rejects what :func:`ensemble` does."""
    refuse_draws("ensemble", number, seed)
    posterior = Posterior.of("ensemble", solution)
    needed = 8.0 * COPIES * number * solution.model.size
    require_memory("ensemble", f"{number} samples of {solution.model.size:.3g} values", needed, "take fewer samples")
    return posterior


def assembled(posterior: Posterior, solution: Solution, drawn: Sequence[Draw], number: int, seed: int) -> Ensemble:
    """Ensemble of draws, of the number that was wanted."""
    models, levels = np.array([draw[0] for draw in drawn]), np.array([draw[1] for draw in drawn])
    unfinished = sum(not draw[2] for draw in drawn)
    doubts = _doubts(posterior, solution, models, number, unfinished)
    return Ensemble(solution, models, levels, number, seed, _assumptions(posterior), doubts)


def _job(posterior: Posterior, seed: int) -> dict[str, Any]:
    """What samples depend on."""
    settings = {"beta": posterior.objective.beta, "seed": seed, "solution": described(posterior.z)}
    return fingerprint(posterior.problem, settings)


def draws(
    posterior: Posterior, places: Iterable[int], number: int, seed: int, checkpoint: str | Path | None = None
) -> Generator[Draw, None, None]:
    """Model and base level of the samples at some places, and whether each is near enough to its minimum.

    Raises
    ------
    InputError
        If the checkpoint is of other samples, damaged, or cannot be written.
    """
    kept = None if checkpoint is None else Checkpoint(checkpoint, _job(posterior, seed), "ensemble")
    try:
        yield from _drawn(posterior, places, number, seed, kept)
    finally:
        if kept is not None:
            kept.close()


def _drawn(
    posterior: Posterior, places: Iterable[int], number: int, seed: int, kept: Checkpoint | None
) -> Iterator[Draw]:
    for place in places:
        report("ensemble", place, number)
        draw = partial(_sample, posterior, [seed, place])
        told, arrays = draw() if kept is None else kept.step("sample", draw)
        yield arrays["model"], arrays["level"], told["done"]
    report("ensemble", number, number)


def _sample(posterior: Posterior, seeds: list[int]) -> Results:
    """Draw one sample: model and base level, and whether it is near enough to its minimum."""
    perturbation = posterior.perturbation(np.random.default_rng(seeds))
    minimum = posterior.minimum(posterior.objective, perturbation, posterior.z)
    model = posterior.model(minimum.state.z)
    level = posterior.base_level(model, perturbation.noise)
    return {"done": bool(minimum.converged or minimum.exhausted)}, {"model": model, "level": level}


def _assumptions(posterior: Posterior) -> tuple[str, ...]:
    """Sentences about what the samples stand on."""
    problem, objective = posterior.problem, posterior.objective
    phi = objective.regularizer
    name = type(phi).__name__
    said = [
        "noise normal, with the standard deviations of the data, independent from datum to datum",
        f"prior normal about the reference, as {name} weighs it at beta {objective.beta:.4g}, with which the inversion "
        "ended",
    ]
    if any(isinstance(term, Reweighted) for _, term in getattr(phi, "terms", ((1.0, phi),))):
        said.append(f"weights and reference of {name} as its last reweighting left them")
    if problem.free_level is not None:
        said.append("any base level as probable as any other")
    if not objective.linear:
        said.append("approximate, since the data are not linear in the model: the most probable models of other noise")
    if posterior.bounded:
        said.append("approximate, since there are bounds: models of other noise that are held within them")
    if objective.linear and not posterior.bounded:
        said.append("exact draws under these assumptions")
    return tuple(said)


def _doubts(posterior: Posterior, solution: Solution, models: Array, wanted: int, unfinished: int) -> tuple[str, ...]:
    """Sentences about what may be wrong with the samples."""
    number, doubts = len(models), []
    if not solution.reached:
        doubts.append(
            f"the inversion did not end where it was to (chi^2/N = {solution.chi2_per_datum:.3g}): standard deviations "
            "of the data, and with them those of the model, may be wrong"
        )
    if number < wanted:
        doubts.append(f"interrupted after {number} of {wanted} samples")
    held = posterior.bounded * int(np.sum(posterior.cleared(np.ptp(models, axis=0) == 0.0)))
    if held:
        doubts.append(
            f"{held} of {solution.model.size} values lie on a bound in every sample: their standard deviation of 0 "
            "says nothing"
        )
    if number < ROUGH:
        doubts.append(f"{number} samples: percentiles 5 and 95 are rough below {ROUGH}")
    if unfinished:
        doubts.append(f"{unfinished} of {number} samples are not as near their minimum as they should be")
    return tuple(doubts)
