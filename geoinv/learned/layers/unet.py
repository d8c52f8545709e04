"""A small network from fields to fields of the same size: a U-Net, or residual layers for vectors."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn

from geoinv.core.checks import InputError
from geoinv.learned.layers.sizes import require_size

__all__ = ["UNet"]

# the wave numbers of the time embedding are those of Vaswani et al. (2017), made for times up to about 1,000
_LONGEST_PERIOD = 10_000.0
_MOST_HALVINGS = 30


class UNet(nn.Module):
    """Residual blocks on ever coarser grids and back, with shortcuts between equal sizes.

    The form of Ronneberger et al. (2015) with the time-conditioned residual blocks of Ho et al.
    (2020), without attention. Sizes need not be divisible by two. The last layer starts at zero,
    and so does the whole network.

    Parameters
    ----------
    channels_in, channels_out : int
        Values a cell has before and after; for vectors (rank 0) their lengths.
    width : int
        Channels on the finest grid; each coarser one has twice as many.
    rank : int
        Dimensions of the grid: 0 for vectors, 2 for images, 3 for volumes.
    depth : int
        How often the grid is halved; for vectors the number of residual blocks, less one.
    time : bool
        Whether the network also takes a time.

    Raises
    ------
    InputError
        If the rank is none of these, or a size is below one.

    Examples
    --------
    >>> network = UNet(1, 3, width=8, rank=2)
    >>> network(torch.zeros(2, 1, 7, 5)).shape
    torch.Size([2, 3, 7, 5])
    """

    def __init__(
        self, channels_in: int, channels_out: int, width: int, rank: int, depth: int = 2, time: bool = False
    ) -> None:
        super().__init__()
        if rank not in (0, 2, 3):
            raise InputError(f"UNet expects rank 0 (vectors), 2 (images) or 3 (volumes), got {rank}")
        if min(channels_in, channels_out, width, depth) < 1:
            raise InputError(
                "UNet expects one or more channels_in, channels_out, width and depth, "
                f"got {channels_in}, {channels_out}, {width} and {depth}"
            )
        require_size("UNet", self.least_size(channels_in, channels_out, width, rank, depth), depth)
        self.rank = rank
        self.time_embedding = _TimeEmbedding(width) if time else None
        # vectors have no coarser grid: all blocks stand on the finest
        widths = [width * 2**level if rank else width for level in range(depth + 1)]
        steps = list(pairwise(widths)) if rank else []
        embedded = 4 * width if time else 0
        self.first = _layer(rank, channels_in, width)
        self.down = nn.ModuleList(_Block(rank, fine, fine, embedded) for fine in widths[:-1])
        self.coarser = nn.ModuleList(_layer(rank, fine, coarse, stride=2) for fine, coarse in steps)
        self.bottom = _Block(rank, widths[-1], widths[-1], embedded)
        self.up = nn.ModuleList(_Block(rank, coarse + fine, fine, embedded) for fine, coarse in steps)
        self.norm = _norm(rank, width)
        self.last = _zero(_layer(rank, width, channels_out))

    @staticmethod
    def least_size(channels_in: int, channels_out: int, width: int, rank: int, depth: int) -> int:
        """Count of numbers that such a network learns at least: the ends, and the layers of its largest block.

        Raises
        ------
        InputError
            If the grid would be halved more often than any grid can be.
        """
        if not rank:
            return width * (channels_in + channels_out + 2 * (depth + 1) * width)
        if depth > _MOST_HALVINGS:
            raise InputError(f"UNet expects a depth of at most {_MOST_HALVINGS}, got {float(min(depth, 10**300)):.6g}")
        return int(3**rank) * (width * (channels_in + channels_out) + 2 * (width << depth) ** 2)

    def forward(self, x: Tensor, time: Tensor | None = None) -> Tensor:
        """Map (batch, channels_in, *grid) to (batch, channels_out, *grid).

        Parameters
        ----------
        x : (batch, channels_in, *grid) tensor
            Grid of `rank` dimensions, of any size.
        time : (batch,) tensor, optional
            From 0 to about 1,000; given if and only if the network was made with a time.

        Raises
        ------
        InputError
            If the rank of `x` does not fit, or a time is missing or unexpected.
        """
        if x.ndim != self.rank + 2:
            raise InputError(
                f"UNet of rank {self.rank} expects a tensor of {self.rank + 2} dimensions (batch, channels, *grid), "
                f"got {x.ndim}; add the batch or the channel dimension"
            )
        if (time is None) != (self.time_embedding is None):
            raise InputError(
                "UNet made with time=True expects a time, and only such a one does; "
                f"got {'none' if time is None else 'one'}"
            )
        embedded = None if time is None or self.time_embedding is None else self.time_embedding(time.to(x.dtype))
        x = self.first(x)
        shortcuts: list[Tensor] = []
        for level, block in enumerate(self.down):
            x = block(x, embedded)
            if self.rank:
                shortcuts.append(x)
                x = self.coarser[level](x)
        x = self.bottom(x, embedded)
        for block in reversed(self.up):
            shortcut = shortcuts.pop()
            # to the size of the shortcut, so that odd sizes come back
            x = nn.functional.interpolate(x, size=shortcut.shape[2:], mode="nearest")
            x = block(torch.cat([x, shortcut], dim=1), embedded)
        return cast(Tensor, self.last(nn.functional.silu(self.norm(x))))


class _Block(nn.Module):
    """Two layers beside a shortcut; the time shifts what is between them."""

    def __init__(self, rank: int, channels_in: int, channels_out: int, embedded: int) -> None:
        super().__init__()
        self.norm_in, self.norm_out = _norm(rank, channels_in), _norm(rank, channels_out)
        self.layer_in = _layer(rank, channels_in, channels_out)
        self.layer_out = _zero(_layer(rank, channels_out, channels_out))
        self.shift = nn.Linear(embedded, channels_out) if embedded else None
        same = channels_in == channels_out
        self.shortcut = nn.Identity() if same else _layer(rank, channels_in, channels_out, size=1)

    def forward(self, x: Tensor, embedded: Tensor | None) -> Tensor:
        y = self.layer_in(nn.functional.silu(self.norm_in(x)))
        if self.shift is not None:
            shift = self.shift(embedded)
            y = y + shift.reshape(shift.shape + (1,) * (y.ndim - 2))
        y = self.layer_out(nn.functional.silu(self.norm_out(y)))
        return cast(Tensor, self.shortcut(x) + y)


class _TimeEmbedding(nn.Module):
    """Sines and cosines of a time, and two layers on them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        count = max(4, width // 2)
        exponents = torch.arange(count, dtype=torch.float32) / count
        self.register_buffer("wave_numbers", torch.exp(-math.log(_LONGEST_PERIOD) * exponents), persistent=False)
        self.layers = nn.Sequential(
            nn.Linear(2 * count, 4 * width), nn.SiLU(), nn.Linear(4 * width, 4 * width), nn.SiLU()
        )

    def forward(self, time: Tensor) -> Tensor:
        phase = time[:, None] * cast(Tensor, self.wave_numbers)
        return cast(Tensor, self.layers(torch.cat([torch.sin(phase), torch.cos(phase)], dim=1)))


def _layer(rank: int, channels_in: int, channels_out: int, stride: int = 1, size: int = 3) -> nn.Module:
    """Linear map of vectors, or convolution that keeps the size where the stride is one."""
    if not rank:
        return nn.Linear(channels_in, channels_out)
    convolution = nn.Conv2d if rank == 2 else nn.Conv3d
    return convolution(channels_in, channels_out, size, stride=stride, padding=size // 2)


def _norm(rank: int, channels: int) -> nn.Module:
    """Group norm over up to eight groups; none for vectors, whose size it would take away."""
    return nn.GroupNorm(math.gcd(8, channels), channels) if rank else nn.Identity()


def _zero(layer: nn.Module) -> nn.Module:
    """Set a layer to zero, so that a residual block starts as its shortcut."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer
