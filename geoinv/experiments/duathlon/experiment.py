"""The duathlon (Table 1, Figure 2 of arXiv 2402.04653): networks beside the exact posterior, samplers judged by it."""

from __future__ import annotations

import shutil

import torch

from geoinv.experiments.duathlon.figures import draw_convergence, draw_posterior
from geoinv.experiments.duathlon.networks import train_networks
from geoinv.experiments.duathlon.problem import Duathlon
from geoinv.experiments.duathlon.samplers import sample_posteriors
from geoinv.experiments.shared.fair_training import PROTOCOL
from geoinv.experiments.shared.measures import nmse
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.seeds import over_seeds
from geoinv.experiments.shared.table import Row, Table
from geoinv.experiments.shared.tuned_training import CHECKPOINTS

__all__ = ["run"]


def run(settings: RunSettings) -> Table:
    """Train the networks, run the samplers, and set both beside what theory allows.

    Parameters
    ----------
    settings : RunSettings
        ``full`` trains 300 epochs, ``cpu`` 16, on 10,000 models with three seeds.

    Returns
    -------
    Table
        NMSE on fresh models, and distances of the samplers from the exact posterior.
    """
    training = settings.choose(quick=400, cpu=10_000, full=10_000)
    test = settings.choose(quick=2_000, cpu=100_000, full=100_000)
    seeds = settings.seeds(cpu=3)
    problems = [Duathlon.draw(training, test, seed) for seed in seeds]
    with torch.random.fork_rng():
        trained = train_networks(settings, problems)
        samplers = sample_posteriors(settings, problems[0], trained.shown["OPTEnet"].network)
    draw_posterior(settings.folder / "figure-2.png", problems[0], samplers.clouds)
    records = {name: network.record for name, network in trained.shown.items()}
    draw_convergence(settings.folder / "convergence.png", records)
    trained.save(settings.folder)
    shutil.rmtree(settings.folder / CHECKPOINTS, ignore_errors=True)
    dataset = f"{training:,} models drawn from the exact prior to train, {test:,} fresh ones to test, 1 % noise"
    return Table(
        "duathlon",
        [*_limits(settings, problems), *trained.rows, *samplers.rows],
        {"dataset": dataset, "networks": PROTOCOL},
    )


def _limits(settings: RunSettings, problems: list[Duathlon]) -> list[Row]:
    """Estimators that theory knows, on the same test models."""
    found = {
        "posterior mean": [p.bayes_error for p in problems],
        "spatial median": [nmse(p.spatial_median(), p.test) for p in problems],
        "best linear estimator": [p.linear_error for p in problems],
    }
    notes = {
        "posterior mean": "Bayes error: the least expected square error of all estimators",
        "spatial median": "what the unsquared loss aims at",
        "best linear estimator": "LMMSE, from the exact mean and covariance of the prior",
    }
    bayes = over_seeds(found["posterior mean"])["value"]
    return [
        settings.row(method=name, metric="NMSE", **over_seeds(values), limit=bayes, note=notes[name])
        for name, values in found.items()
    ]
