"""First weights of an EUnet for images with which it begins as plain descent in the images themselves."""

from __future__ import annotations

import math

import torch

from geoinv.learned.layers.embedding import HyperEmbedding
from geoinv.learned.networks.eunet import EUnet

__all__ = ["start_tight"]

_SPREAD = 0.1
_WEIGHT = 0.03


@torch.no_grad()
def start_tight(network: EUnet, seed: int) -> EUnet:
    """Set the first E(t) near one tight frame of single pixels, E E' near I at all times, and phi near zero.

    With the weights that it is built with, E(0) and E(1) are far from each other, so that what the first
    layers recover is read by another E than it was written with, and phi takes a tenth of z in every layer:
    the first hundred steps of a training go to undoing both.

    Parameters
    ----------
    network : EUnet
        Of operators with a norm near one; changed in place.
    seed : int
        Of the frame.

    Examples
    --------
    >>> from geoinv.algebra.matrices import Identity
    >>> network = start_tight(EUnet(Identity((8, 8)), embedding=4, layers=2), seed=0)
    >>> data = torch.rand(1, 8, 8)
    >>> bool((network(data) - data).abs().mean() < 0.2)
    True
    """
    embedding = network.embedding
    if not isinstance(embedding, HyperEmbedding):
        return network
    generator = torch.Generator().manual_seed(seed)
    frame, _ = torch.linalg.qr(torch.randn(embedding.embedded, embedding.channels, generator=generator))
    embedding.rate.mul_(_SPREAD)
    embedding.offset.fill_(1.0)
    embedding.basis.mul_(_SPREAD)
    taps = embedding.basis.flatten(3)
    taps[..., taps.shape[-1] // 2] += frame.T / (len(embedding.rate) * math.tanh(1.0))
    network.potential.weights.fill_(_WEIGHT)
    for number in (network.potential.scale, network.steps.first, network.start.first):
        number.fill_(1.0)
    return network
