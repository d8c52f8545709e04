"""Posterior samples of blobs3d: calibration on models of its own, coverage and CRPS beside the linear posterior's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.datasets.blobs3d import NOISE, blobs3d
from geoinv.experiments.blobs3d.linear import NormalPosterior
from geoinv.experiments.blobs3d.networks import Units
from geoinv.experiments.blobs3d.problem import BlobProblem
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.table import Row
from geoinv.learned.networks.mode_network import ModeNetwork
from geoinv.probability.sample_quality import continuous_ranked_probability_score, coverage

__all__ = ["CalibrationSet", "calibrate", "sample_rows"]

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


def sample_rows(
    settings: RunSettings,
    name: str,
    network: ModeNetwork,
    units: Units,
    problem: BlobProblem,
    truth: Array,
    data: Array,
    deviation: Array,
) -> list[Row]:
    """Coverage and CRPS of ``net.sample`` and of the normal posterior, on the first test models."""
    models, draws = settings.choose(quick=2, cpu=40, full=200), settings.choose(quick=8, cpu=100, full=200)
    linear = NormalPosterior.of(problem.in_data_modes.astype(np.float64), units.models.numpy(), NOISE)
    random = np.random.default_rng(settings.seed)
    covered: dict[str, list[float]] = {f"{name}, sample": [], "normal posterior": []}
    scores: dict[str, list[float]] = {method: [] for method in covered}
    for k in range(min(models, len(truth))):
        model, d = truth[k].astype(float), data[k]
        size = float(np.abs(d).mean())
        drawn = linear.sample(problem.data_modes @ d.ravel() / size, draws, random) * size
        found = {
            f"{name}, sample": network.sample(d, deviation[k], draws, seed=k),
            "normal posterior": problem.modes(drawn.reshape(draws, *problem.modes.domain_shape)),
        }
        for method, samples in found.items():
            covered[method].append(_covered(samples, model))
            each = continuous_ranked_probability_score(samples, model)
            # relative to the size of the model, so that models of any amplitude count alike
            scores[method].append(float(each.mean() / np.abs(model).mean()))
    note = f"first {models} test models, {draws} draws; cells above {100 * SIGNAL:g} % of the maximum"
    rows = []
    for method in covered:
        rows.append(
            settings.row(
                method=method, metric="90 % intervals, coverage", value=np.mean(covered[method]), limit=0.9, note=note
            )
        )
        rows.append(
            settings.row(method=method, metric="CRPS / mean |x|", value=np.mean(scores[method]), note="all cells")
        )
    return rows
