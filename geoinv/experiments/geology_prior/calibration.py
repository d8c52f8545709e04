"""When a GeologyPrior warns: a classifier between surveys such as those of the training and surveys of other kinds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from geoinv.core.progress import report
from geoinv.datasets.geology import KINDS, TRAINING_KINDS
from geoinv.datasets.geology.surveys import RandomSurveys, SyntheticSurvey
from geoinv.experiments.geology.problem import shape_of
from geoinv.experiments.geology_prior.examples import Shard, recorded
from geoinv.experiments.geology_prior.stream import pairs
from geoinv.experiments.geology_prior.unfamiliar import UNFAMILIAR, unfamiliar_survey
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.table import Row
from geoinv.learned.priors.familiarity import Familiarity
from geoinv.learned.priors.geology_network import GeologyNetwork
from geoinv.learned.priors.survey_channels import CHANNELS

__all__ = ["calibrated", "fitted"]

SEED = 700_000
"""Of the surveys that the warnings are counted on."""

SHARE = 0.9
"""Of surveys over training kinds that shall not be warned of."""

EPOCHS, BATCH = 20, 64


def calibrated(settings: RunSettings, network: GeologyNetwork, fresh: Sequence[Path]) -> tuple[Familiarity, list[Row]]:
    """Classifier on what the first step of a network sees, and how often it warns of which surveys.

    Parameters
    ----------
    settings : RunSettings
    network : GeologyNetwork
    fresh : sequence of Path
        Shards of surveys over training kinds that the first step did not learn from; the limit is set by half of them.
    """
    number = settings.choose(quick=2, cpu=60, full=200)
    shards = settings.choose(quick=1, cpu=4, full=4)
    nothing = GeologyNetwork(len(CHANNELS), [])
    familiar = torch.cat([_numbers(network, Shard.load(path)) for path in fresh])
    strange = []
    for kind in UNFAMILIAR:
        for shard in range(shards):
            report(f"unfamiliar: {kind}", shard, shards)
            surveys = (unfamiliar_survey(kind, shard, index) for index in range(number))
            strange.append(_numbers(network, recorded(surveys, nothing)))
    familiarity = fitted(familiar, torch.cat(strange), settings.seed)
    rows = []
    for name, kinds in {"training kinds": TRAINING_KINDS, **{name: (name,) for name in _held_back()}}.items():
        lowest = (0.0, -np.inf) if name == "training kinds" else (-np.inf,) if KINDS[name].remanent else (0.0,)
        seen = _numbers(network, recorded(_surveys(settings, kinds, number, lowest), nothing))
        warned = float((familiarity(seen) > familiarity.limit).float().mean())
        rows.append(
            settings.row(case=name, method="warning", metric="warned of", value=warned, note=f"surveys: {number}")
        )
    return familiarity, rows


def fitted(familiar: Tensor, strange: Tensor, seed: int) -> Familiarity:
    """Classifier between numbers of familiar surveys and of others, both counting alike.

    Every second familiar survey sets the limit that :data:`SHARE` of them stay below; the rest are learnt from.
    """
    torch.manual_seed(seed)
    learnt, held = familiar[::2], familiar[1::2]
    familiarity = Familiarity(familiar.shape[1], 64)
    familiarity.mean.copy_(learnt.mean(0))
    familiarity.size.copy_(learnt.std(0).clamp_min(1e-6))
    numbers = torch.cat([learnt, strange])
    unlike = torch.cat([torch.zeros(len(learnt)), torch.ones(len(strange))])
    loss = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(len(learnt) / len(strange)))
    optimizer = torch.optim.AdamW(familiarity.parameters(), 1e-3, weight_decay=0.1)
    for _ in range(EPOCHS):
        for rows in torch.split(torch.randperm(len(numbers)), BATCH):
            optimizer.zero_grad()
            loss(familiarity(numbers[rows]), unlike[rows]).backward()
            optimizer.step()
    familiarity.eval().requires_grad_(False)
    familiarity.limit.copy_(torch.quantile(familiarity(held), SHARE))
    familiarity.share.fill_(SHARE)
    return familiarity


def _held_back() -> list[str]:
    return [name for name, kind in KINDS.items() if kind.held_back]


def _surveys(
    settings: RunSettings, kinds: tuple[str, ...], number: int, lowest: tuple[float, ...]
) -> Iterable[tuple[SyntheticSurvey, float]]:
    """Surveys over kinds, with one lowest susceptibility after another."""
    surveys = islice(RandomSurveys(shape_of(settings), kinds=kinds, seed=SEED + settings.seed), number)
    return ((survey, lowest[index % len(lowest)]) for index, survey in enumerate(surveys))


@torch.inference_mode()
def _numbers(network: GeologyNetwork, shard: Shard) -> Tensor:
    """Numbers on what the first step sees of the surveys of a shard."""
    channels = torch.from_numpy(pairs(shard)[0][:, : len(CHANNELS)])
    return torch.cat([network.first_step(part)[2] for part in torch.split(channels, 16)])
