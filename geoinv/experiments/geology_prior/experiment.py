"""Train the steps of GeologyPrior one after another, and measure what each brings within the inversion."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from geoinv.core.progress import report
from geoinv.experiments.geology.figures import draw_errors
from geoinv.experiments.geology.regularizers import SMOOTH, inverted
from geoinv.experiments.geology.score import Score, geometric_mean
from geoinv.experiments.geology_prior.calibration import calibrated
from geoinv.experiments.geology_prior.examples import recorded, survey_of, surveys_of
from geoinv.experiments.geology_prior.intervals import held, trained_error_bars, widening
from geoinv.experiments.geology_prior.training import new_step, train_step, training_settings
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.table import Row, Table
from geoinv.experiments.shared.tuned_training import CHECKPOINTS
from geoinv.learned.networks.volume_unet import VolumeUNet
from geoinv.learned.priors.geology_network import GeologyNetwork
from geoinv.learned.priors.geology_prior import GeologyPrior
from geoinv.learned.priors.survey_channels import CHANNELS
from geoinv.regularizers.smooth import Smooth

__all__ = ["run"]

RANGES = {
    "height of the stations": (0.6, 2.3),
    "distance between stations": (0.5, 1.9),
    "height of the cells": (0.38, 1.05),
}
"""Sizes of the surveys of training in cell widths, with some room for slopes around what
:mod:`geoinv.datasets.geology.surveys` draws."""

VALIDATION = range(6)
"""Shards that nothing learns from."""

WORTH = 1.01
"""Geometric mean relative to the best one's, within which the simpler network is kept."""

EXAMPLES = "examples"
"""Folder in that of the experiment where the examples are kept from which a run that was killed goes on."""


@dataclass(frozen=True)
class Plan:
    """How much is made.

    Attributes
    ----------
    surveys : int
        Of a shard.
    shards : sequence of range
        Numbers of the shards for each step, none of which another step learns from.
    compared : int
        Surveys of each validation shard that are inverted.
    """

    surveys: int
    shards: Sequence[range]
    compared: int

    @classmethod
    def of(cls, settings: RunSettings) -> Plan:
        """Plan of a preset."""
        return cls(
            surveys=settings.choose(quick=4, cpu=32, full=32),
            shards=settings.choose(
                quick=(range(6, 7), range(7, 8)),
                cpu=(range(6, 64), range(80, 128)),
                full=(range(6, 2006), range(2006, 4006)),
            ),
            compared=settings.choose(quick=1, cpu=10, full=32),
        )


def run(settings: RunSettings) -> Table:
    """Record examples, train the steps, and invert surveys of the validation shards with each network.

    The last step is trained a second time without what the first one left to it, which shows what this embedding is
    worth. The simplest network that is within a per cent of the best is kept, with a classifier for its warnings and
    error bars, in ``geology.safetensors`` in the folder of the experiment.
    """
    plan = Plan.of(settings)
    steps: list[VolumeUNet] = []
    rows: list[Row] = []
    networks: dict[str, GeologyNetwork] = {}
    for number, shards in enumerate(plan.shards):
        before = GeologyNetwork(len(CHANNELS), steps)
        paths = [_examples(settings, plan, before, shard) for shard in shards]
        validation = [_examples(settings, plan, before, shard) for shard in VALIDATION if shard % 3 == 2]
        for embedded in (False, True) if number else (True,):
            name = f"{number + 1} step{'s' if number else ''}{'' if embedded else ', no embedding'}"
            network = new_step(settings, steps, embedded)
            record = train_step(settings, network, paths, validation, name)
            networks[name] = network.eval()
            parameters = sum(weights.numel() for weights in network.steps[-1].parameters())
            trained = {"seconds": record.seconds, "parameters": parameters, "note": f"{len(paths)} shards"}
            rows.append(
                settings.row(method=name, metric="loss of the last step", value=record.best.validation_loss, **trained)
            )
        steps = list(network.unets)
    means, compared = _compared(settings, plan, networks)
    rows += compared
    chosen = next(name for name, mean in means.items() if mean <= WORTH * min(means.values()))
    familiarity, warnings = calibrated(settings, network, paths)
    errors = trained_error_bars(settings, paths)
    kept = networks[chosen].unets
    final = GeologyNetwork(len(CHANNELS), kept, RANGES, familiarity, errors)
    # where it warns there are no error bars
    unwarned = GeologyNetwork(len(CHANNELS), kept, errors=errors)
    errors.widening.fill_(widening(settings, unwarned))
    for cells, share in zip(("with magnetic rock", "all"), held(settings, unwarned), strict=True):
        rows.append(settings.row(case=f"cells {cells}", method="error bars", metric="truths held", value=share))
    final.save(settings.folder / "geology.safetensors", half=True)
    for place in (CHECKPOINTS, EXAMPLES):
        shutil.rmtree(settings.folder / place, ignore_errors=True)
    training = [training_settings(settings, number) for number in range(len(plan.shards))]
    about = {
        "examples": f"{plan.surveys} surveys of RandomSurveys a shard; shards of the steps: "
        + ", ".join(f"{shards.start} to {shards.stop - 1}" for shards in plan.shards),
        "training": f"batch {training[0].batch}, {' and '.join(str(step.epochs) for step in training)} epochs, AdamW, "
        f"{training[0].learning_rate:g}",
        "kept": f"{chosen}, the simplest within {100.0 * (WORTH - 1.0):.0f} % of the best",
        "comparison": f"{plan.compared} surveys of each of {len(VALIDATION)} shards that nothing learnt from",
    }
    return Table("geology-prior", [*rows, *warnings], about)


def _examples(settings: RunSettings, plan: Plan, before: GeologyNetwork, shard: int) -> Path:
    """Shard with the models at a step, recorded where it is not there."""
    path = (
        settings.folder
        / EXAMPLES
        / f"{settings.preset} {settings.seed} step {len(before.steps) + 1}"
        / f"{shard:05d}.npz"
    )
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        report(f"examples of step {len(before.steps) + 1}", shard, shard + 1)
        recorded(surveys_of(shard, plan.surveys), before).save(path)
    return path


def _compared(
    settings: RunSettings, plan: Plan, networks: dict[str, GeologyNetwork]
) -> tuple[dict[str, float], list[Row]]:
    """NMSE over that of smooth, at chi^2/N = 1, with each network in the loop: geometric means, and their rows."""
    ratios: dict[str, list[float]] = {name: [] for name in networks}
    seconds = dict.fromkeys(networks, 0.0)
    for shard in VALIDATION:
        for index in range(plan.compared):
            survey, lowest = survey_of(shard, index)
            smooth = Score.of(survey, inverted(survey, Smooth, lowest))
            for name, network in networks.items():
                began = time.perf_counter()
                found = inverted(survey, partial(GeologyPrior, _network=network), lowest)
                seconds[name] += time.perf_counter() - began
                ratios[name].append(Score.of(survey, found).nmse / smooth.nmse)
            report(f"shard {shard}", index + 1, plan.compared)
    shown = {"validation surveys": {SMOOTH: [1.0] * plan.compared * len(VALIDATION), **ratios}}
    draw_errors(settings.folder / "errors.png", shown, SMOOTH)
    means = {name: geometric_mean(values) for name, values in ratios.items()}
    rows = []
    for name, values in ratios.items():
        note = f"worst {max(values):.3f}; above 1.1: {int(np.sum(np.array(values) > 1.1))} of {len(values)}"
        fields = {"seconds": seconds[name] / len(values), "note": note}
        rows.append(settings.row(method=name, metric="NMSE / smooth, geometric mean", value=means[name], **fields))
    return means, rows
