"""The training that all rivals of an experiment get, and the choice of its learning rate."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from torch import nn

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.experiments.shared.bracket import Bracket, bracketed
from geoinv.experiments.shared.noisy_problem import NOISE
from geoinv.learned.training.training_settings import TrainingSettings
from geoinv.learned.training.tuning import search

__all__ = ["PROTOCOL", "fair_training", "tuned_rate"]

PROTOCOL = (
    "AdamW with weight decay 0.01, learning rate warmed up over 5 % of the steps, then falling to zero along half a "
    "cosine step by step, moving average of the weights (0.999), equal steps and batches for all; each learning rate "
    "is the best of a grid of short trainings, by validation, widened until its best lies inside"
)
"""For the head of a table."""

WARMUP = 0.05


def fair_training(samples: int, **settings: Any) -> TrainingSettings:
    """Settings of :data:`PROTOCOL`.

    Parameters
    ----------
    samples : int
        Training models of an epoch.
    **settings
        Further ones of :class:`geoinv.learned.training.training_settings.TrainingSettings`, with batch and epochs.

    Examples
    --------
    >>> training = fair_training(6_400, batch=64, epochs=3, learning_rate=1e-3)
    >>> training.warmup, training.optimizer
    (15, 'AdamW')
    """
    steps = settings["epochs"] * math.ceil(samples / settings["batch"])
    common: dict[str, Any] = {
        "loss": "squared",
        "noise": NOISE,
        "optimizer": "AdamW",
        "weight_decay": 0.01,
        "schedule": "cosine per step",
        "warmup": int(WARMUP * steps),
        "average": 0.999,
    }
    return TrainingSettings(**(common | settings))


def tuned_rate(
    make: Callable[[], nn.Module],
    A: LinearOperator,
    models: Any,
    validation: Any,
    settings: TrainingSettings,
    folder: Path,
    rates: Sequence[float],
) -> Bracket:
    """Learning rate of the least validation error after a short training, from a grid that brackets it.

    Parameters
    ----------
    make : callable
        Gives a network as it begins.
    A, models, validation
        As in :func:`geoinv.learned.training.train.fit`.
    settings : TrainingSettings
        Of the short training, whatever their rate.
    folder : Path
        Where the trainings are noted: a run that was killed goes on. Made if need be.
    rates : sequence of float
        To begin with; a single one is taken untried.
    """
    if len(rates) > 1:
        folder.mkdir(parents=True, exist_ok=True)
    tried: list[float] = []

    def error_of(rate: float) -> float:
        tried.append(rate)
        table = search(
            make, A, models, validation, settings, folder, lambda _: None, {"learning_rate": list(tried)}, resume=True
        )
        error = next(row.validation_error for row in table if row.learning_rate == rate)
        return math.inf if error is None else error

    return bracketed(rates, error_of)
