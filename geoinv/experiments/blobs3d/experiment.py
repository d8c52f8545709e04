"""The table of blobs3d: error of each method on fresh models, fit of the data, and quality of posterior samples."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.datasets.blobs3d import NOISE, blobs3d
from geoinv.experiments.blobs3d.classical import CLASSICAL, inverted
from geoinv.experiments.blobs3d.figures import draw_recoveries
from geoinv.experiments.blobs3d.linear import NormalPosterior, best_linear_map
from geoinv.experiments.blobs3d.networks import Units, network_makers, train_core, with_errors
from geoinv.experiments.blobs3d.posterior import CalibrationSet, calibrate, normal_samples, sample_rows
from geoinv.experiments.blobs3d.problem import BlobProblem
from geoinv.experiments.blobs3d.stream import BlobStream
from geoinv.experiments.shared.measures import each_nmse
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.table import Row, Table
from geoinv.experiments.shared.tuned_training import CHECKPOINTS
from geoinv.learned.networks.mode_network import ModeNetwork

__all__ = ["run"]

Array = npt.NDArray[Any]

PUBLISHED = {"variational": 0.692, "shared dictionary": 0.625, "unrolled dictionary": 0.289}
"""NMSE of arXiv 2502.05451: a periodic dipole operator and other draws of the noise."""

TEST_SEED = 7_000_000


def run(settings: RunSettings) -> Table:
    """Train the networks, and measure every method on models that nothing was chosen by."""
    problem = BlobProblem.of(settings)
    truth = blobs3d(settings.choose(quick=6, cpu=500, full=500), TEST_SEED, problem.shape)
    data, deviation = problem.noisy(truth, TEST_SEED)
    stream = BlobStream(problem, settings.choose(quick=320, cpu=25_600, full=102_400))
    units = Units.of(stream, settings.choose(quick=600, cpu=30_000, full=60_000))
    rows = _published(settings)
    rows += _linear(settings, problem, units, truth, data)
    few = settings.choose(quick=2, cpu=8, full=50)
    shown = {}
    for name, regularizer in CLASSICAL.items():
        found = inverted(problem.A, data[:few], deviation[:few], regularizer)
        note = f"first {few} test models; chi^2/N {found.misfits.min():.2f} to {found.misfits.max():.2f}"
        rows.append(_row(settings, name, found.models, truth[:few], seconds=found.seconds, note=note))
        shown[name] = found.models
    for name, make in network_makers(settings, problem, units).items():
        core, training = make()
        record = train_core(settings, stream, name, core, training)
        network = with_errors(settings, problem, stream, core)
        calibrate(network, CalibrationSet.of(problem, settings))
        samples = training.epochs * stream.samples
        note = f"{training.epochs} epochs of {stream.samples} models made on the fly, batch {training.batch}"
        trained = {"parameters": network.parameter_count, "seconds": record.seconds}
        estimate = network(data)
        rows.append(_row(settings, name, estimate, truth, note=f"{note}, {samples} in all", **trained))
        rows += _fitted(settings, name, network, estimate, truth, data, deviation)
        rows += sample_rows(settings, f"{name}, sample", _samples_of(network, data, deviation), truth)
        network.save(settings.folder / f"{name}.safetensors", half=True)
        shown[name] = estimate
    draw_recoveries(settings.folder / "recoveries.png", truth, shown)
    shutil.rmtree(settings.folder / CHECKPOINTS, ignore_errors=True)
    return Table("blobs3d", rows, _origin(problem, len(truth)))


def _origin(problem: BlobProblem, count: int) -> dict[str, str]:
    return {
        "dataset": f"{count} fresh models, sums of one to six Gaussian blobs; training models are made on the fly",
        "operator": f"Magnetics, {' x '.join(map(str, problem.A.domain_shape))} cells of 100 m, vertical field, TMI "
        "above each surface cell at height 0",
        "noise": f"{100 * NOISE:g} % of mean |d|, per sample",
        "metric": "mean over the test models of |x^ - x|^2 / |x|^2",
        "paper": "arXiv 2502.05451",
    }


def _row(settings: RunSettings, method: str, found: Array, truth: Array, **fields: Any) -> Row:
    each = each_nmse(found, truth)
    note = f"deviation over the models {each.std():.3f}, median {np.median(each):.4f}"
    fields["note"] = "; ".join(text for text in (fields.get("note", ""), note) if text)
    return settings.row(method=method, metric="NMSE", value=each.mean(), **fields)


def _published(settings: RunSettings) -> list[Row]:
    note = "published, not run here"
    return [
        settings.row(method=name, metric="NMSE", value=None, paper=value, note=note)
        for name, value in PUBLISHED.items()
    ]


def _linear(settings: RunSettings, problem: BlobProblem, units: Units, truth: Array, data: Array) -> list[Row]:
    """Best linear map, and the normal posterior's mean and samples, in the modes."""
    began = time.perf_counter()
    rows = []
    models, seen = units.models.numpy(), units.data.numpy()
    physics = problem.in_data_modes.astype(np.float64)
    posterior = NormalPosterior.of(physics, models, NOISE)
    maps = {"best linear map": best_linear_map(seen, models), "normal posterior, mean": posterior.gain}
    flat = data.reshape(len(data), -1)
    sizes = np.abs(flat).mean(1, keepdims=True)
    for name, matrix in maps.items():
        found = flat / sizes @ problem.data_modes.T @ matrix.T * sizes
        recovered = problem.modes(found.reshape(-1, *problem.modes.domain_shape))
        rows.append(_row(settings, name, recovered, truth, seconds=time.perf_counter() - began))
    drawn = normal_samples(posterior, problem, data, settings.seed)
    return rows + sample_rows(settings, "normal posterior", drawn, truth)


def _samples_of(network: ModeNetwork, data: Array, deviation: Array) -> Callable[[int, int], Array]:
    return lambda k, count: network.sample(data[k], deviation[k], count, seed=k)


def _fitted(
    settings: RunSettings,
    name: str,
    network: ModeNetwork,
    estimate: Array,
    truth: Array,
    data: Array,
    deviation: Array,
) -> list[Row]:
    """Estimates led to the target by ``net.invert``."""
    began = time.perf_counter()
    solutions = [network.invert(d, one) for d, one in zip(data, deviation, strict=True)]
    seconds = time.perf_counter() - began
    misfits = np.array([one.chi2_per_datum for one in solutions])
    found = np.stack([one.model for one in solutions])
    ratio = each_nmse(found, truth).mean() / each_nmse(estimate, truth).mean()
    method = f"{name}, invert"
    return [
        _row(settings, method, found, truth, seconds=seconds, note=f"{ratio:.3f} x the network's own"),
        settings.row(method=method, metric="chi^2/N, smallest", value=misfits.min(), limit=1.0),
        settings.row(method=method, metric="chi^2/N, largest", value=misfits.max(), limit=1.0),
    ]
