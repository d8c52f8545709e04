"""A potential that starts far from even and small: an odd, weak gradient learns little more than a linear map."""

from __future__ import annotations

from typing import TypeVar

import torch

from geoinv.learned.networks.embedded import EmbeddedNetwork
from geoinv.learned.networks.unrolled import seeded

__all__ = ["bent"]

WEIGHTS, BIASES = 3.0, 0.5
"""Deviations of the potential's first q and b."""

Network = TypeVar("Network", bound=EmbeddedNetwork)


@torch.no_grad()
def bent(network: Network, seed: int) -> Network:
    """Draw the potential's first weights and biases anew; the network is changed and returned."""
    generator = seeded(seed)
    for parameters, size in ((network.potential.weights, WEIGHTS), *((b, BIASES) for b in network.potential.biases)):
        parameters.copy_(size * torch.randn(parameters.shape, generator=generator))
    return network
