"""A U-Net for volumes of any size: convolutions alone, so that a cell does not know how large the rest is."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, cast

import torch
from torch import Tensor, nn

from geoinv.core.checks import InputError

__all__ = ["VolumeUNet"]


class VolumeUNet(nn.Module):
    """Residual blocks on ever coarser grids and back, whose shortcuts are added.

    The form of Ronneberger et al. (2015), without normalisation over the grid: what it gives for a cell depends on the
    cells around it and not on how many there are, so that a network trained on small volumes serves large ones. It
    begins as zero.

    Parameters
    ----------
    channels_in, channels_out : int
        Values of a cell before and after.
    widths : sequence of int
        Channels on the finest grid and on each grid that is half as fine.

    Raises
    ------
    InputError
        If a number of channels is below one, or there are no widths.

    Examples
    --------
    >>> network = VolumeUNet(2, 1, (4, 8))
    >>> network(torch.zeros(3, 2, 5, 6, 7)).shape
    torch.Size([3, 1, 5, 6, 7])
    """

    def __init__(self, channels_in: int, channels_out: int, widths: tuple[int, ...] | list[int]) -> None:
        super().__init__()
        numbers = (channels_in, channels_out, *widths)
        if not widths or not all(type(number) is int and 0 < number <= 4096 for number in numbers):
            raise InputError(f"VolumeUNet expects one to 4096 channels and some widths, got {numbers}")
        self.widths = tuple(widths)
        steps = list(pairwise(widths))
        self.first = nn.Conv3d(channels_in, widths[0], 3, padding=1)
        self.down = nn.ModuleList(_Block(width) for width in widths)
        self.coarser = nn.ModuleList(nn.Conv3d(fine, coarse, 2, stride=2) for fine, coarse in steps)
        self.finer = nn.ModuleList(nn.ConvTranspose3d(coarse, fine, 2, stride=2) for fine, coarse in steps)
        self.up = nn.ModuleList(_Block(fine) for fine, _ in steps)
        self.last = _zero(nn.Conv3d(widths[0], channels_out, 3, padding=1))

    @property
    def settings(self) -> dict[str, Any]:
        """Arguments that make a network of this form."""
        channels = {"channels_in": self.first.in_channels, "channels_out": self.last.out_channels}
        return {**channels, "widths": list(self.widths)}

    def features(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What the last layer takes, (batch, widths[0], upward, northing, easting), and what the coarsest grid has."""
        size, factor = x.shape[2:], 2 ** len(self.coarser)
        padding = [part for length in reversed(size) for part in (0, -length % factor)]
        h = self.first(nn.functional.pad(x, padding))
        shortcuts = []
        for block, coarser in zip(self.down, self.coarser, strict=False):
            h = block(h)
            shortcuts.append(h)
            h = coarser(h)
        h = coarsest = self.down[-1](h)
        for block, finer in zip(reversed(self.up), reversed(self.finer), strict=True):
            h = block(finer(h) + shortcuts.pop())
        return nn.functional.silu(h)[..., : size[0], : size[1], : size[2]], nn.functional.silu(coarsest)

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, channels_in, upward, northing, easting) to channels_out."""
        added: Tensor = self.last(self.features(x)[0])
        return added


class _Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layer_in = nn.Conv3d(width, width, 3, padding=1)
        self.layer_out = _zero(nn.Conv3d(width, width, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        y = self.layer_in(nn.functional.silu(x))
        return cast(Tensor, x + self.layer_out(nn.functional.silu(y)))


def _zero(layer: nn.Conv3d) -> nn.Conv3d:
    """Set a layer to zero, so that a residual block starts as its shortcut."""
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
    return layer
