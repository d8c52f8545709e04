"""How a survey differs from those that a network was trained on: in its sizes, and in what the network sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from geoinv.core.checks import InputError
from geoinv.learned.priors.network_grid import NetworkGrid

__all__ = ["Familiarity", "geometry_of", "pooled", "unlike"]

MOST = 65_536
"""Numbers of a classifier."""

FARTHEST = 6.0
"""Standard deviations that a number is taken to be away at most."""

TINY = 1e-12


def geometry_of(grid: NetworkGrid, survey: Any) -> dict[str, float]:
    """Sizes of a survey in cell widths of the network's grid: what training drew from ranges."""
    heights = survey.upward - grid.mesh.top_of_rock(survey.easting, survey.northing)
    area = float(np.ptp(survey.easting) * np.ptp(survey.northing))
    return {
        "height of the stations": float(np.nanmedian(heights)) / grid.width,
        "distance between stations": float(np.sqrt(area / len(heights))) / grid.width,
        "height of the cells": grid.spacing[0] / grid.width,
    }


def unlike(found: Mapping[str, float], ranges: Mapping[str, tuple[float, float]]) -> str:
    """Sentence on the sizes that lie outside the ranges, or nothing.

    Examples
    --------
    >>> unlike({"height of the stations": 4.0}, {"height of the stations": (0.5, 2.0)})
    'height of the stations 4 cell widths (0.5 to 2 in training)'
    """
    return ", ".join(
        f"{name} {found[name]:.2g} cell widths ({low:.2g} to {high:.2g} in training)"
        for name, (low, high) in ranges.items()
        if not low <= found.get(name, low) <= high
    )


class Familiarity(nn.Module):
    """Classifier that tells surveys such as those of a training from others, by a few numbers on what a network sees.

    Parameters
    ----------
    numbers : int
        As of :func:`pooled`.
    width : int
        Hidden numbers.

    Attributes
    ----------
    mean, size : (numbers,) tensors
        Mean and standard deviation of the numbers in training.
    limit, share : tensors
        Log-odds that a share of the surveys of the training stay below.

    Examples
    --------
    >>> Familiarity(3, 4)(torch.zeros(2, 3)).shape
    torch.Size([2])
    """

    mean: Tensor
    size: Tensor
    limit: Tensor
    share: Tensor

    def __init__(self, numbers: int, width: int) -> None:
        super().__init__()
        if not all(type(count) is int and 0 < count <= MOST for count in (numbers, width)):
            raise InputError(f"Familiarity expects 1 to {MOST} numbers and as many hidden ones, got {numbers}, {width}")
        self.settings = {"numbers": numbers, "width": width}
        self.register_buffer("mean", torch.zeros(numbers))
        self.register_buffer("size", torch.ones(numbers))
        self.register_buffer("limit", torch.tensor(0.0))
        self.register_buffer("share", torch.tensor(0.0))
        self.layers = nn.Sequential(
            nn.Dropout(0.3), nn.Linear(numbers, width), nn.SiLU(), nn.Dropout(0.3), nn.Linear(width, 1)
        )

    def forward(self, numbers: Tensor) -> Tensor:
        """Log-odds (surveys,) that a survey is unlike those of the training, from (surveys, numbers)."""
        # far away all surveys are alike: unlike
        scaled = ((numbers - self.mean) / self.size).clamp(-FARTHEST, FARTHEST)
        odds: Tensor = self.layers(scaled)[:, 0]
        return odds


def pooled(channels: Tensor, finest: Tensor, coarsest: Tensor, added: Tensor) -> Tensor:
    """Numbers on what a network sees in surveys, whatever their size.

    Parameters
    ----------
    channels : (surveys, channels, ...) tensor
        Model first, then whether a cell is rock; the penalty last.
    finest, coarsest : (surveys, features, ...) tensors
        Features of a :class:`geoinv.learned.networks.volume_unet.VolumeUNet`, the fine ones zero in air.
    added : (surveys, 1, ...) tensor
        What it would add to the model.

    Returns
    -------
    (surveys, numbers) tensor
        Mean, largest and spread of each coarse feature, mean of each fine one over rock, size of what is added, share
        of the rock that stands out, penalty.
    """
    inner, rock = (2, 3, 4), channels[:, 1:2]
    cells = rock.sum(inner)
    squares = channels[:, :1].square().sum(inner)
    standing_out = squares.square() / channels[:, :1].pow(4).sum(inner).clamp_min(TINY) / cells
    scalars = [added.square().sum(inner) / squares.clamp_min(TINY), standing_out]
    return torch.cat(
        [
            coarsest.mean(inner),
            coarsest.amax(inner),
            coarsest.std(inner),
            finest.sum(inner) / cells,
            *(scalar.clamp_min(TINY).log() for scalar in scalars),
            channels[:, -1:].mean(inner),
        ],
        dim=1,
    )
