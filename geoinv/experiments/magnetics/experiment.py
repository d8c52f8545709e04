"""Magnetics: digits as magnetized sections under a line of stations (Figures 6, 7 and 12, and their table)."""

from __future__ import annotations

import shutil
import time
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from geoinv.experiments.magnetics.bayes_limit import bayes_estimates
from geoinv.experiments.magnetics.figures import draw_convergence, draw_recoveries, draw_sections
from geoinv.experiments.magnetics.networks import WITHOUT_EMBEDDING, begins, network_makers, training_protocol
from geoinv.experiments.magnetics.problem import Magnetics
from geoinv.experiments.magnetics.samplers import sampling_protocol
from geoinv.experiments.shared.fair_training import PROTOCOL
from geoinv.experiments.shared.measures import mean_square_error, nmse
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.seeds import over_seeds
from geoinv.experiments.shared.standing import standing
from geoinv.experiments.shared.table import Row, Table
from geoinv.experiments.shared.tuned_sampler import Sampler, train_diffusion
from geoinv.experiments.shared.tuned_training import CHECKPOINTS, TrainedNetwork, train_network
from geoinv.learned.networks.eunet import EUnet

__all__ = ["run"]

Array = npt.NDArray[Any]

PAPER = {"Diffusion": 9.1e-1, "Proximal": 1.8e-1, "EUnet": 6.2e-2}
"""Mean square errors of section 5.2, in a unit that is not said."""

UNIT = "the paper's unit is unknown: as an error per pixel its 6.2e-2 would be NMSE 0.54"


def run(settings: RunSettings) -> Table:
    """Train and tune every method, and measure each on test models that no choice has seen."""
    problem = Magnetics.of(settings)
    rows = [*_linear(settings, problem), *_limits(settings, problem)]
    trained: dict[str, TrainedNetwork] = {}
    for name, make in network_makers(settings, problem).items():
        seeds = settings.seeds(cpu=3)
        runs = train_network(settings, problem, training_protocol(settings), name, make, seeds=seeds)
        trained[name] = runs[0]
        rows += _learned(settings, problem, name, runs)
    drawn, sampled = _sampled(settings, problem)
    rows += sampled
    draw_sections(settings.folder / "sections.png", problem)
    recovered = {name: trained[name](problem.test_data) for name in ("Proximal", "EUnet")}
    draw_recoveries(settings.folder / "recoveries.png", problem, {"Diffusion": drawn, **recovered})
    references = {
        row.method: row.value
        for row in rows
        if row.metric == "NMSE" and row.method in ("best linear", "plain regression") and row.value is not None
    }
    draw_convergence(settings.folder / "convergence.png", trained, references)
    cast(EUnet, trained["EUnet"].network).save(settings.folder / "EUnet.safetensors", half=True)
    shutil.rmtree(settings.folder / CHECKPOINTS, ignore_errors=True)
    errors = {row.method: row for row in rows if row.metric == "NMSE" and row.method in trained}
    saved = nmse(trained["EUnet"](problem.test_data), problem.test)
    told = {"EUnet": standing(errors, WITHOUT_EMBEDDING), "weights": f"of seed {settings.seed}, NMSE {saved:.4g}"}
    return Table("magnetics", rows, {**_origin(problem), **told})


def _origin(problem: Magnetics) -> dict[str, str]:
    A = problem.A
    return {
        "dataset": f"MNIST, {len(problem.training)} images to train with, {len(problem.validation)} to choose by, "
        f"{len(problem.test)} to test with",
        "operator": f"MagneticSection, 28 x 28 cells, {A.range_shape[0]} stations {A.height:g} cells above the section",
        "noise": "1 % of mean |d|, per sample",
        "networks": f"squared loss; {PROTOCOL}; plain regression apart, all see data and models in other units, as "
        "their notes say",
        "paper": "section 5.2, with 300 epochs, Adam and the loss |f(b) - x|; the lines above and the notes say what "
        "differs here",
    }


def _rows_of(settings: RunSettings, method: str, found: list[Array], truth: Array, **fields: Any) -> list[Row]:
    """NMSE and error per pixel, over the seeds."""
    note = fields.pop("note", "")
    paper = PAPER.get(method)
    beside = "; ".join(text for text in (note, UNIT if paper is not None else "") if text)
    return [
        settings.row(
            method=method, metric="NMSE", **over_seeds([nmse(one, truth) for one in found]), note=note, **fields
        ),
        settings.row(
            method=method,
            metric="MSE per pixel",
            **over_seeds([mean_square_error(one, truth) for one in found]),
            paper=paper,
            note=beside,
            **fields,
        ),
    ]


def _linear(settings: RunSettings, problem: Magnetics) -> list[Row]:
    began = time.perf_counter()
    found = problem.linear_estimate()
    seconds = time.perf_counter() - began
    note = "mean and covariance of the training models"
    return _rows_of(settings, "best linear", [found], problem.test, seconds=seconds, note=note)


def _limits(settings: RunSettings, problem: Magnetics) -> list[Row]:
    """How far down any estimator can go: bounds and an estimate of the error of the posterior mean."""
    rows = []
    for estimate in bayes_estimates(settings, problem):
        fields = {"seconds": estimate.seconds, "note": estimate.note}
        rows += [
            settings.row(method=estimate.name, metric="NMSE", value=estimate.error, **fields),
            settings.row(
                method=estimate.name, metric="MSE per pixel", value=estimate.error * problem.mean_square, **fields
            ),
        ]
    return rows


def _learned(settings: RunSettings, problem: Magnetics, name: str, runs: list[TrainedNetwork]) -> list[Row]:
    found = [one(problem.test_data) for one in runs]
    return _rows_of(
        settings,
        name,
        found,
        problem.test,
        parameters=runs[0].parameters,
        seconds=float(np.mean([one.record.seconds for one in runs])),
        note=f"{runs[0].note}; {begins(name)}",
    )


def _sampled(settings: RunSettings, problem: Magnetics) -> tuple[Array, list[Row]]:
    """Draws of the first sampler, and rows of all."""
    count = settings.choose(quick=4, cpu=32, full=1000)
    draws = settings.choose(quick=2, cpu=4, full=8)
    truth, data = problem.test[:count], problem.test_data[:count]
    rows: list[Row] = []
    shown: list[Array] = []
    protocol, shape = sampling_protocol(settings), problem.A.domain_shape
    priors = {
        seed: train_diffusion(settings, problem.training, problem.validation, shape, protocol, seed)
        for seed in settings.seeds()
    }
    for method in protocol.candidates:
        samplers = {seed: Sampler(method, prior, problem, protocol, settings.seed) for seed, prior in priors.items()}
        found = {seed: sampler(data, draws, seed) for seed, sampler in samplers.items()}
        shown.append(next(iter(found.values()))[0])
        first = samplers[settings.seed]
        fields = {"parameters": first.parameters, "seconds": first.seconds}
        note = f"first {count} test models; {first.note}"
        one = [drawn[0] for drawn in found.values()]
        rows += _rows_of(settings, method, one, truth, note=f"one draw; {note}", **fields)
        means = [drawn.mean(axis=0) for drawn in found.values()]
        rows += _rows_of(settings, f"{method}, mean of {draws} draws", means, truth, note=note, **fields)
    return shown[0], rows
