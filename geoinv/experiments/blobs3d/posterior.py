"""Posterior samples of blobs3d: calibration on models of its own, coverage and CRPS beside the linear posterior's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.datasets.blobs3d import blobs3d
from geoinv.experiments.blobs3d.linear import NormalPosterior
from geoinv.experiments.blobs3d.problem import BlobProblem
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.table import Row
from geoinv.learned.networks.mode_network import ModeNetwork
from geoinv.probability.sample_quality import continuous_ranked_probability_score, coverage

__all__ = ["CalibrationSet", "calibrate", "normal_samples", "sample_rows"]

Array = npt.NDArray[Any]

CALIBRATION_SEED = 8_000_000

SIGNAL = 0.1
"""Cells with signal: where the true model exceeds this part of its maximum."""

LEVEL = 0.9
SMALLEST, LARGEST = 0.25, 4.0
HALVINGS = 7


@dataclass(frozen=True)
class CalibrationSet:
    """Models that no weight was trained with and no table is made of, with their data.

    Attributes
    ----------
    truth, data, deviation : arrays
    draws : int
        Samples for each.
    """

    truth: Array
    data: Array
    deviation: Array
    draws: int

    @classmethod
    def of(cls, problem: BlobProblem, settings: RunSettings) -> CalibrationSet:
        """Draw it."""
        truth = blobs3d(settings.choose(quick=3, cpu=24, full=100), CALIBRATION_SEED, problem.shape)
        return cls(truth, *problem.noisy(truth, CALIBRATION_SEED), settings.choose(quick=8, cpu=40, full=100))


def calibrate(network: ModeNetwork, known: CalibrationSet) -> None:
    """Choose the factor on the sizes of the errors whose 90 % intervals cover 90 % of the cells with signal."""
    low, high = np.log(SMALLEST), np.log(LARGEST)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        network.errors.calibration.fill_(float(np.exp(middle)))
        covered = [
            _covered(network.sample(d, deviation, known.draws, seed=k), model)
            for k, (model, d, deviation) in enumerate(zip(known.truth, known.data, known.deviation, strict=True))
        ]
        low, high = (low, middle) if np.mean(covered) > LEVEL else (middle, high)


def _covered(samples: Array, model: Array) -> float:
    """Part of the cells with signal inside the central interval of their samples."""
    signal = model > SIGNAL * model.max()
    return coverage(samples[:, signal, None], model[signal, None], LEVEL).item()


def sample_rows(settings: RunSettings, method: str, drawn: Callable[[int, int], Array], truth: Array) -> list[Row]:
    """Coverage and CRPS of posterior samples on the first test models.

    Parameters
    ----------
    settings : RunSettings
    method : str
    drawn : callable
        From the place of a test model and a count to so many samples (count, upward, northing, easting).
    truth : (models, upward, northing, easting) array
    """
    models, draws = settings.choose(quick=2, cpu=40, full=200), settings.choose(quick=8, cpu=100, full=200)
    covered, scores = [], []
    for k, model in enumerate(truth[:models].astype(float)):
        samples = drawn(k, draws)
        covered.append(_covered(samples, model))
        each = continuous_ranked_probability_score(samples, model)
        # relative to the size of the model, so that models of any amplitude count alike
        scores.append(float(each.mean() / np.abs(model).mean()))
    note = f"first {models} test models, {draws} draws; cells above {100 * SIGNAL:g} % of the maximum"
    return [
        settings.row(method=method, metric="90 % intervals, coverage", value=np.mean(covered), limit=0.9, note=note),
        settings.row(method=method, metric="CRPS / mean |x|", value=np.mean(scores), note="all cells"),
    ]


def normal_samples(
    posterior: NormalPosterior, problem: BlobProblem, data: Array, seed: int
) -> Callable[[int, int], Array]:
    """Samples of the normal posterior for each of the data, in the cells."""
    random = np.random.default_rng(seed)

    def drawn(k: int, count: int) -> Array:
        size = float(np.abs(data[k]).mean())
        found = posterior.sample(problem.data_modes @ data[k].ravel() / size, count, random) * size
        return np.asarray(problem.modes(found.reshape(count, *problem.modes.domain_shape)))

    return drawn
