"""Plain regression: a network that maps data to models and is not told the physics."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import shape_text

__all__ = ["RegressionNetwork"]


class RegressionNetwork(nn.Module):
    """Fully connected layers from normalised data to the model: what physics must be worth more than.

    Parameters
    ----------
    A : LinearOperator
        Its shapes count, nothing else.
    data : (samples, *range_shape) tensor
        Training data; their mean and deviation, datum by datum, normalise what comes in.
    width, depth : int
        Of the layers between, each with a SiLU; how many layers in all (two or more).
    seed : int
        Of the first weights.

    Examples
    --------
    >>> from geoinv.operators import MagneticSection
    >>> network = RegressionNetwork(MagneticSection((4, 6)), torch.randn(50, 6), width=16)
    >>> network(torch.zeros(3, 6)).shape
    torch.Size([3, 4, 6])
    """

    def __init__(self, A: LinearOperator, data: Tensor, width: int = 1024, depth: int = 4, seed: int = 0) -> None:
        super().__init__()
        self.domain_shape, self.range_rank = tuple(A.domain_shape), len(A.range_shape)
        flat = data.flatten(1).float()
        self.centre: Tensor
        self.scale: Tensor
        self.register_buffer("centre", flat.mean(0))
        self.register_buffer("scale", flat.std(0).clamp_min(1e-6 * float(flat.std())))
        sizes = [flat.shape[1], *[width] * (depth - 1)]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            layers: list[nn.Module] = []
            for before, after in pairwise(sizes):
                layers += [nn.Linear(before, after), nn.SiLU()]
            layers.append(nn.Linear(width, int(torch.Size(self.domain_shape).numel())))
            self.layers = nn.Sequential(*layers)
        self.settings: dict[str, Any] = {"shape": shape_text(self.domain_shape), "width": width, "depth": depth}

    def forward(self, d: Tensor) -> Tensor:
        """Models (batch, *domain_shape) from data (batch, *range_shape)."""
        normalised = (d.flatten(-self.range_rank) - self.centre) / self.scale
        found: Tensor = self.layers(normalised)
        return found.reshape(*found.shape[:-1], *self.domain_shape)
