"""Ensembles judged: where the posterior is known in closed form, where beta or bounds make it another, on geology."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.progress import report
from geoinv.datasets.geology.surveys import RandomSurveys
from geoinv.experiments.shared.figures import panels
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.table import Row, Table
from geoinv.experiments.shared.whole_inversion import ensemble_whole, invert_whole
from geoinv.inversion.linearised_deviation import linearised_standard_deviation
from geoinv.meshes.tensor import Grid
from geoinv.operators import Magnetics
from geoinv.probability.calibration import posterior_chi2, rank_p_value, ranks, tarp_coverage
from geoinv.probability.sample_quality import continuous_ranked_probability_score
from geoinv.regularizers.smooth import Smooth
from geoinv.regularizers.sparse import Sparse
from geoinv.surveys.main_field import MainField
from geoinv.surveys.survey import Survey

__all__ = ["GaussianCase", "run"]

Array = npt.NDArray[np.float64]

PRIOR = Smooth(smallness=0.1, smoothness=0.1, weighting=None)
"""Of cells of 25 m: susceptibilities with standard deviations of about 0.015."""

SURVEYS = 1_000_000
"""First seed of the surveys over geology, which no setting was chosen by."""


@dataclass(frozen=True)
class GaussianCase:
    """Small magnetic survey whose prior is normal, so that the posterior is known.

    Attributes
    ----------
    operator : Magnetics
    deviation : array
        Standard deviations of the data.
    root : (cells, cells) array
        Draws of the prior are this times standard normal numbers.
    gain : (cells, data) array
        Posterior mean of data.
    covariance : (cells, cells) array
        Of the posterior.
    """

    operator: Magnetics
    deviation: Array
    root: Array
    gain: Array
    covariance: Array

    @classmethod
    def make(cls, shape: tuple[int, int, int]) -> GaussianCase:
        """Survey 20 m above each column of cells, with noise of 1 nT."""
        width = 25.0
        grid = Grid.regular(shape, (width,) * 3, (-width * shape[0], 0.0, 0.0))
        easting, northing = (axis.ravel() for axis in np.meshgrid(grid.easting, grid.northing))
        field = MainField(65.0, 25.0, 50000.0)
        A = Magnetics(grid, Survey(easting, northing, np.full(easting.size, 20.0), field=field), engine="dense")
        phi, units = PRIOR.bind(A), np.eye(grid.size).reshape(-1, *shape)
        precision = np.array([phi.curvature(unit, unit).ravel() for unit in units])
        matrix = A.to_dense()
        covariance = np.linalg.inv(matrix.T @ matrix + precision)
        root = np.linalg.inv(np.linalg.cholesky(precision)).T
        return cls(A, np.ones(A.range_shape), root, covariance @ matrix.T, covariance)

    def draw(self, random: np.random.Generator, lowest: float) -> tuple[Array, Array]:
        """Model of the prior, raised to the lowest value where it is below, and noisy data."""
        model = np.maximum(self.root @ random.standard_normal(len(self.root)), lowest)
        clean = np.asarray(self.operator(model.reshape(self.operator.domain_shape)), np.float64)
        return model, clean + self.deviation * random.standard_normal(clean.shape)


@dataclass(frozen=True)
class _Case:
    name: str
    beta: float | None
    lowest: float
    note: str


CASES = (
    _Case("known beta", 1.0, -np.inf, "the posterior in closed form"),
    _Case("beta by the target", None, -np.inf, "the same models; beta from chi^2/N = 1, as for real surveys"),
    _Case("known beta, bounds", 1.0, 0.0, "models of the prior with 0 in place of what is negative"),
)


def run(settings: RunSettings) -> Table:
    """Draw models, data and ensembles; compare ensembles with the truths and with the closed form."""
    case = GaussianCase.make(settings.choose(quick=(2, 3, 3), cpu=(3, 5, 5), full=(4, 8, 8)))
    models = settings.choose(quick=10, cpu=200, full=1000)
    number = settings.choose(quick=19, cpu=39, full=199)
    rows = [*_of_one_survey(settings, case, settings.choose(quick=20, cpu=400, full=2000))]
    found = {}
    for kind in CASES:
        began = time.perf_counter()
        samples, truths, data = _drawn(case, kind, models, number, settings.seed)
        seconds = (time.perf_counter() - began) / models
        rows += _rows(settings, case, kind, samples, truths, data, seconds)
        found[kind.name] = (samples, truths)
    rows += _of_geology(settings)
    _draw(settings.folder / "calibration.png", found)
    about = {
        "closed form": f"{' x '.join(map(str, case.operator.domain_shape))} cells of 25 m, {case.deviation.size} data, "
        f"{models} models of a smooth prior, ensembles of {number}",
        "coverage": "share of truths with a middle rank among their samples, at random where they equal some",
    }
    return Table("uncertainty", rows, about)


def _of_one_survey(settings: RunSettings, case: GaussianCase, number: int) -> Iterator[Row]:
    """Mean and standard deviation of one large ensemble, and the linearised one, beside the closed form."""
    _, data = case.draw(np.random.default_rng([settings.seed, 1]), -np.inf)
    solution = invert_whole(case.operator, data, case.deviation, PRIOR, (-np.inf, np.inf), beta=1.0)
    samples = ensemble_whole(solution, number, settings.seed)
    mean, exact = case.gain @ data.ravel(), np.sqrt(np.diag(case.covariance))

    def row(method: str, metric: str, value: float, limit: float) -> Row:
        return settings.row(case="one survey", method=method, metric=metric, value=value, limit=limit)

    from_mean = (samples.mean.ravel() - mean) * np.sqrt(number) / exact
    drawn = f"ensemble of {number}"
    yield row(drawn, "error of the mean, rms, in its standard deviations", np.sqrt(np.mean(from_mean**2)), 1.0)
    error = 1.0 / np.sqrt(2.0 * number)
    yield row(drawn, "error of the standard deviation, rms", _rms(samples.standard_deviation.ravel() / exact), error)
    linearised = linearised_standard_deviation(solution, number, settings.seed).ravel()
    yield row(f"linearised, {number} draws", "error of the standard deviation, rms", _rms(linearised / exact), error)


def _rms(ratio: Array) -> float:
    return float(np.sqrt(np.mean((ratio - 1.0) ** 2)))


def _drawn(case: GaussianCase, kind: _Case, models: int, number: int, seed: int) -> tuple[Array, Array, Array]:
    """Ensembles (number, models, cells), true models (models, cells) and data (models, data)."""
    random = np.random.default_rng([seed, 2])
    samples, truths, observed = [], [], []
    for model in range(models):
        report(f"uncertainty, {kind.name}", model, models)
        truth, data = case.draw(random, kind.lowest)
        bounds = (kind.lowest, np.inf)
        solution = invert_whole(case.operator, data, case.deviation, PRIOR, bounds, kind.beta)
        samples.append(ensemble_whole(solution, number, seed + model).samples.reshape(number, -1))
        truths.append(truth)
        observed.append(data.ravel())
    report(f"uncertainty, {kind.name}", models, models)
    return np.stack(samples, axis=1), np.array(truths), np.array(observed)


def _rows(
    settings: RunSettings, case: GaussianCase, kind: _Case, samples: Array, truths: Array, data: Array, seconds: float
) -> Iterator[Row]:
    """Calibration of ensembles of many models."""
    number = len(samples)

    def row(metric: str, value: float, limit: float | None = None) -> Row:
        return settings.row(case=kind.name, method="ensemble", metric=metric, value=value, limit=limit, **told)

    told: dict[str, Any] = {"seconds": seconds, "note": kind.note}
    places = ranks(samples, truths)
    for level in (0.9, 0.5):
        yield row(f"coverage of {100.0 * level:g} % intervals", _middle(places, number, level), level)
    p_values = rank_p_value(places, number, settings.choose(quick=2, cpu=10, full=20))
    yield row("SBC: share of cells with p < 0.05", float(np.mean(p_values < 0.05)), 0.05)
    for level, found in zip((0.5, 0.9), tarp_coverage(samples, truths, (0.5, 0.9)), strict=True):
        yield row(f"TARP coverage at {level:g}", float(found), level)
    if np.isfinite(kind.lowest):
        return
    yield row("posterior chi^2", posterior_chi2(samples, truths).mean(), 1.0)
    scores = continuous_ranked_probability_score(samples, truths).mean()
    yield row("CRPS / that of the closed form", scores / _normal_crps(case, truths, data), 1.0)


def _middle(places: npt.NDArray[Any], number: int, level: float) -> float:
    """Share of ranks 0 to `number` that lie in the middle, which has a level: (1 - level) (number + 1) / 2 is whole."""
    tail = round((1.0 - level) * (number + 1) / 2.0)
    return float(np.mean((places >= tail) & (places <= number - tail)))


def _normal_crps(case: GaussianCase, truths: Array, data: Array) -> float:
    """Mean CRPS of the exact posterior (Gneiting and Raftery 2007, equation 5)."""
    from scipy.stats import norm

    deviation = np.sqrt(np.diag(case.covariance))
    z = (truths - data @ case.gain.T) / deviation
    return float(np.mean(deviation * (z * (2.0 * norm.cdf(z) - 1.0) + 2.0 * norm.pdf(z) - 1.0 / np.sqrt(np.pi))))


def _of_geology(settings: RunSettings) -> list[Row]:
    """Ensembles over synthetic geology, whose models are no draws of the prior."""
    surveys = RandomSurveys(settings.choose(quick=(8, 8, 8), cpu=(8, 12, 12), full=(12, 24, 24)), seed=SURVEYS)
    count, number = settings.choose(quick=1, cpu=6, full=30), settings.choose(quick=19, cpu=39, full=99)
    rows = []
    for name, phi in (("Smooth", Smooth()), ("Sparse", Sparse())):
        began = time.perf_counter()
        inside: list[float] = []
        in_rock: list[float] = []
        gains: list[float] = []
        for place, survey in enumerate(islice(surveys, count)):
            report(f"uncertainty over geology, {name}", place, count)
            active = survey.geology.grid.active
            solution = invert_whole(survey.operator, survey.data, survey.uncertainty, phi, (0.0, np.inf))
            samples = ensemble_whole(solution, number, settings.seed).samples[:, active]
            truth = survey.true_model[active]
            places = ranks(samples[:, None], truth[None])[0]
            inside.append(_middle(places, number, 0.9))
            in_rock.append(_middle(places[truth > 0.0], number, 0.9))
            score = continuous_ranked_probability_score(samples, truth).mean()
            gains.append(score / np.abs(solution.model[active] - truth).mean())
        told = {"case": "synthetic geology", "method": name, "seconds": (time.perf_counter() - began) / count}
        told["note"] = f"{count} surveys, {number} samples, bounds of zero and none"
        metric = "coverage of 90 % intervals"
        rows.append(settings.row(metric=metric, value=np.mean(inside), spread=np.std(inside), limit=0.9, **told))
        rock = f"{metric}, magnetized cells"
        rows.append(settings.row(metric=rock, value=np.mean(in_rock), spread=np.std(in_rock), limit=0.9, **told))
        rows.append(settings.row(metric="CRPS / mean error of the model", value=np.mean(gains), **told))
    return rows


def _draw(path: Path, found: dict[str, tuple[Array, Array]]) -> None:
    """Coverage by level, of single cells and of whole models, for each case."""
    number = len(next(iter(found.values()))[0])
    levels = [2.0 * half / (number + 1) for half in range(1, (number + 1) // 2)]
    with panels(path, 1, 2, title="Coverage of ensembles where models are draws of the prior") as axes:
        for name, (samples, truths) in found.items():
            places = ranks(samples, truths)
            axes[0, 0].plot(levels, [_middle(places, number, level) for level in levels], label=name)
            axes[0, 1].plot(levels, tarp_coverage(samples, truths, levels), label=name)
        for ax, title in zip(axes[0], ("central intervals of cells", "TARP regions of models"), strict=True):
            ax.plot([0.0, 1.0], [0.0, 1.0], color="0.6", linewidth=0.8, zorder=0)
            ax.set(title=title, xlabel="level", ylabel="share of truths inside", xlim=(0, 1), ylim=(0, 1))
        axes[0, 0].legend(fontsize=7)
