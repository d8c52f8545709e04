"""ErrorBars: how far below and above a model the truth may lie, cell by cell, as a network has learnt it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from geoinv.learned.networks.volume_unet import VolumeUNet

__all__ = ["ErrorBars", "pinball"]

NARROW = 2.0
"""Taken from what the network gives before it is made positive, so that training begins with short distances."""


class ErrorBars(nn.Module):
    """Distances below and above a model between which a share of the truths lie.

    Parameters
    ----------
    channels : int
        Of a model and its survey, the model in units of its amplitude first, then whether a cell is rock.
    widths : sequence of int
        Channels of its network.

    Attributes
    ----------
    widening : tensor
        Factor of both distances, by which they hold the share on surveys that were not learnt from.
    share : tensor
        Of the cells that hold magnetic rock.

    Examples
    --------
    >>> below, above = ErrorBars(2, (4, 8))(torch.ones(1, 2, 4, 4, 4))
    >>> below.shape, bool((below > 0.0).all())
    (torch.Size([1, 4, 4, 4]), True)
    """

    widening: Tensor
    share: Tensor

    def __init__(self, channels: int, widths: tuple[int, ...] | list[int]) -> None:
        super().__init__()
        self.unet = VolumeUNet(channels, 2, widths)
        self.register_buffer("widening", torch.tensor(1.0))
        self.register_buffer("share", torch.tensor(0.9))

    @property
    def settings(self) -> dict[str, Any]:
        """Arguments that make one of this form."""
        made = self.unet.settings
        return {"channels": made["channels_in"], "widths": made["widths"]}

    def forward(self, channels: Tensor) -> tuple[Tensor, Tensor]:
        """Distances (surveys, upward, northing, easting) below and above each cell's value, in its units."""
        distances = self.widening * nn.functional.softplus(self.unet(channels) - NARROW) * channels[:, 1:2]
        return distances[:, 0], distances[:, 1]


def pinball(error: Tensor, quantile: Tensor, share: float) -> Tensor:
    """Loss that is least where a share of the errors lie below the quantile (Koenker and Bassett 1978).

    Examples
    --------
    >>> errors = torch.arange(101.0)
    >>> bool(pinball(errors, torch.tensor(90.0), 0.9).mean() < pinball(errors, torch.tensor(80.0), 0.9).mean())
    True
    """
    above = error - quantile
    return torch.maximum(share * above, (share - 1.0) * above)
