"""The surveys that regularizers are compared on, and those that settings are chosen by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from geoinv.datasets.geology import KINDS, TRAINING_KINDS
from geoinv.datasets.geology.surveys import RandomSurveys, SyntheticSurvey
from geoinv.experiments.shared.preset import RunSettings

__all__ = ["MIXTURE", "Group", "choosing", "compared", "shape_of"]

TEST_SEED, CHOOSING_SEED = 1_000_000, 500_000
"""First seeds of the surveys; a training takes seeds below both."""

MIXTURE = "training kinds"
"""Name of the group of models of the kinds that a prior may be trained on."""


@dataclass(frozen=True)
class Group:
    """Some surveys over models of the same kinds.

    Parameters
    ----------
    name : str
    surveys : RandomSurveys
    number : int
        How many of the stream, from its first on.
    lowest : float
        Of the susceptibility, in an inversion: 0, but where rock may be magnetized against the field.
    """

    name: str
    surveys: RandomSurveys
    number: int
    lowest: float = 0.0

    def __iter__(self) -> Iterator[SyntheticSurvey]:
        """Surveys, made one after another: their operators may be large."""
        return islice(self.surveys, self.number)


def shape_of(settings: RunSettings) -> tuple[int, int, int]:
    """Cells of every survey of a preset, along (upward, northing, easting)."""
    return settings.choose(quick=(8, 10, 10), cpu=(12, 24, 24), full=(16, 32, 32))


def choosing(settings: RunSettings) -> Group:
    """Surveys by which the setting of the sparse regularizer is chosen, of other seeds than those compared."""
    surveys = RandomSurveys(shape_of(settings), kinds=TRAINING_KINDS, seed=CHOOSING_SEED + settings.seed)
    return Group("choosing", surveys, settings.choose(quick=1, cpu=6, full=16))


def compared(settings: RunSettings) -> list[Group]:
    """Surveys over fresh models: of the kinds to train with, and of each kind that is held back, alone."""
    shape, seed = shape_of(settings), TEST_SEED + settings.seed
    groups = [Group(MIXTURE, RandomSurveys(shape, seed=seed), settings.choose(quick=2, cpu=30, full=30))]
    number = settings.choose(quick=1, cpu=10, full=30)
    for name, kind in KINDS.items():
        if not kind.held_back:
            continue
        lowest = -np.inf if kind.remanent else 0.0
        groups.append(Group(name, RandomSurveys(shape, kinds=(name,), seed=seed), number, lowest))
    return groups
