"""Batches of examples for a step: the channels of models, and what is to be added to these."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from geoinv.experiments.geology_prior.examples import Shard
from geoinv.learned.priors.survey_channels import CHANNELS, amplitude, survey_channels

__all__ = ["ExampleStream", "pairs"]

Array = npt.NDArray[np.float32]

MODEL, EAST, NORTH = (CHANNELS.index(name) for name in ("model", "field east", "field north"))


class ExampleStream:
    """Examples of shards, a batch from one of them, mirrored and turned at random.

    Mirror images of a survey along northing and easting, and north in place of east, are surveys of mirrored rock in a
    mirrored field. Models without bounds change their sign as well.

    Parameters
    ----------
    paths : sequence of Path
        Shards that :func:`geoinv.experiments.geology_prior.examples.recorded` made.
    samples : int
        Of an epoch.
    changed : bool
        Whether examples are mirrored and turned; False for those to validate with.
    """

    def __init__(self, paths: Sequence[Path], samples: int, changed: bool = True) -> None:
        self.paths, self.samples, self.changed = tuple(paths), samples, changed
        self.checksum = f"examples {','.join(path.stem for path in self.paths)} in {self.paths[0].parent.name}"
        self._pairs = lru_cache(maxsize=None)(lambda path: pairs(Shard.load(path)))

    def draw(self, count: int, *seeds: int) -> tuple[Tensor, Tensor]:
        """What is to be added (count, 1, ...), and the channels of each step, (count, steps x channels, ...)."""
        random = np.random.default_rng(seeds)
        path = self.paths[random.integers(len(self.paths))]
        channels, added, either_sign = self._pairs(path)
        rows = random.choice(len(channels), count, replace=count > len(channels))
        seen, wanted = channels[rows], added[rows]
        if self.changed:
            seen, wanted = _mirrored(seen, wanted, random)
            signs = np.where(either_sign[rows] & (random.random(count) < 0.5), -1.0, 1.0).astype(np.float32)
            wanted = wanted * signs[:, None, None, None, None]
            seen = seen.copy()
            seen[:, MODEL :: len(CHANNELS)] *= signs[:, None, None, None, None]
        return torch.from_numpy(np.ascontiguousarray(wanted)), torch.from_numpy(np.ascontiguousarray(seen))


def pairs(shard: Shard) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """Channels of all steps of each survey, what is to be added to the last model, and which models have no bounds."""
    channels, added = [], []
    for row in range(len(shard.truth)):
        rock = shard.rock[row]
        seen = [
            survey_channels(model, rock, shard.weights[row], shard.spacing[row], shard.direction[row], penalty)
            for model, penalty in zip(shard.models[row], shard.penalty[row], strict=True)
        ]
        channels.append(np.concatenate(seen))
        last = shard.models[row, -1]
        added.append(rock * (shard.truth[row] - last) / amplitude(last))
    return np.stack(channels), np.stack(added)[:, None].astype(np.float32), shard.either_sign


def _mirrored(channels: Array, added: Array, random: np.random.Generator) -> tuple[Array, Array]:
    """One of the eight ways in which a survey can lie, with the field that belongs to it."""
    if random.random() < 0.5:
        channels, added = channels[..., ::-1, :].copy(), added[..., ::-1, :]
        channels[:, NORTH :: len(CHANNELS)] *= -1.0
    if random.random() < 0.5:
        channels, added = channels[..., ::-1].copy(), added[..., ::-1]
        channels[:, EAST :: len(CHANNELS)] *= -1.0
    if random.random() < 0.5:
        channels, added = channels.swapaxes(-1, -2).copy(), added.swapaxes(-1, -2)
        east, north = (channels[:, first :: len(CHANNELS)].copy() for first in (EAST, NORTH))
        channels[:, EAST :: len(CHANNELS)], channels[:, NORTH :: len(CHANNELS)] = north, east
    return channels, added
