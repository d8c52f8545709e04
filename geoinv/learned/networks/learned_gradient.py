"""Learned gradient descent (Adler and Oktem 2017): equation 3.8 with E = I and a U-Net for the gradient."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.learned.layers.normalisation import Normalisation
from geoinv.learned.layers.sizes import require_size
from geoinv.learned.layers.unet import UNet
from geoinv.learned.networks.unrolled import UnrolledNetwork, seeded

__all__ = ["LearnedGradient"]


class LearnedGradient(UnrolledNetwork):
    """Steps down the misfit plus a learned direction.

    ::

        x_{j+1} = x_j - h_j A'(A x_j - b) - U_j(x_j),   x_0 = alpha A'b

    Parameters
    ----------
    A, channels, layers, dense, seed, normalisation
        As in :class:`geoinv.learned.OPTEnet`.
    width, depth : int
        Of each U-Net (:class:`geoinv.learned.layers.unet.UNet`): channels of its finest level, and levels.
    shared : bool
        One U-Net for all layers instead of one each.

    Examples
    --------
    >>> from geoinv.operators import TotalTime
    >>> net = LearnedGradient(TotalTime(), width=16, layers=3)
    >>> net(torch.zeros(7, 1)).shape
    torch.Size([7, 2])
    """

    def __init__(
        self,
        A: LinearOperator,
        channels: int = 1,
        layers: int = 8,
        width: int = 16,
        depth: int = 2,
        shared: bool = False,
        dense: bool = False,
        seed: int = 0,
        normalisation: Normalisation | None = None,
    ) -> None:
        super().__init__(A, channels, layers, dense, normalisation)
        self.settings = {
            "channels": channels,
            "layers": layers,
            "width": width,
            "depth": depth,
            "shared": shared,
            "dense": dense,
        }
        size, rank, count = self.layout.model_channels, self.layout.rank, 1 if shared else layers
        generator = seeded(seed)
        require_size("LearnedGradient", count * UNet.least_size(size, size, width, rank, depth), count * depth)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.directions = nn.ModuleList(UNet(size, size, width, rank, depth) for _ in range(count))
        self.start_steps(self.normal, size, generator)

    def models(self, data: Tensor) -> Iterator[Tensor]:
        """Models x after 0 ... L steps."""
        steps = self.steps.all()
        x = self.start.at(0.0) * self.back_project(data)
        for j in range(self.layers):
            yield x
            direction = self.directions[j % len(self.directions)](x)
            x = x - steps[j] * self.misfit_gradient(x, data) - direction
        yield x
