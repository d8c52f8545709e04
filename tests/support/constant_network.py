"""A network that learns one number."""

from __future__ import annotations

import torch
from torch import nn


class Constant(nn.Module):
    """Network that gives the same number for all data."""

    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.zeros(1))

    def forward(self, data):
        return self.value.expand(len(data), 1)
