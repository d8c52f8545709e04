"""Residual networks: what Mardani's proximal maps are made of."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Generator, Tensor, nn

from geoinv.learned.layers.convolution import convolve, kernel_shape, random_kernel

__all__ = ["ResidualNetwork"]


class ResidualNetwork(nn.Module):
    """x plus a plain network of x: `depth` convolutions or matrices with a ReLU after each but the last.

    Parameters
    ----------
    channels, width, depth : int
        Of the model, of the layers between, and how many layers (two or more).
    rank, kernel : int
        0 for vectors, else axes; odd size of the convolutions.
    generator : torch.Generator, optional
        Of the first weights, the last of which are small: the network starts near the identity.
    """

    def __init__(
        self, channels: int, width: int, depth: int, rank: int, kernel: int, generator: Generator | None = None
    ) -> None:
        super().__init__()
        sizes = [channels, *[width] * (depth - 1), channels]
        self.kernels = nn.ParameterList()
        self.biases = nn.ParameterList()
        for number, (before, after) in enumerate(pairwise(sizes)):
            gain = 0.1 if number == depth - 1 else 2.0**0.5
            shape = kernel_shape(after, before, rank, kernel)
            self.kernels.append(nn.Parameter(random_kernel(shape, gain, generator)))
            self.biases.append(nn.Parameter(torch.zeros(after, *[1] * rank)))

    @staticmethod
    def size(channels: int, width: int, depth: int, rank: int, kernel: int) -> int:
        """Count of the numbers that such a network learns."""
        inner = (depth - 2) * width * width + 2 * channels * width
        return inner * int(kernel**rank) + (depth - 1) * width + channels

    def forward(self, x: Tensor) -> Tensor:
        """Give x + network(x), both (batch, channels, *shape)."""
        a = x
        for number, (kernel, bias) in enumerate(zip(self.kernels, self.biases, strict=True)):
            a = convolve(torch.relu(a) if number else a, kernel) + bias
        return x + a
