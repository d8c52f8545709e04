"""Networks in the units of their models: what is unknown is the deviation from the mean model."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from geoinv.linop import LinearOperator

__all__ = ["CentredNetwork"]


class CentredNetwork(nn.Module):
    """An inverse network for a linear operator, moved to the mean of the models and scaled.

    ::

        x = m + s network((d - A m) / s)

    The problem stays what it is, for A is linear; what the network adds up is neither far from one,
    where its nonlinear functions bend, nor the mean, which needs no data.

    Parameters
    ----------
    network : torch.nn.Module
        Of A.
    A : LinearOperator
        The physics.
    mean : array of ``A.domain_shape``
        m.
    scale : float
        s, in the models' unit.

    Examples
    --------
    >>> from geoinv.linop import MatrixOperator
    >>> A = MatrixOperator([[2.0, 0.0]])
    >>> network = nn.Linear(1, 2, bias=False)
    >>> centred = CentredNetwork(network, A, np.ones(2), scale=0.5)
    >>> centred(torch.tensor([[2.0]])).tolist()
    [[1.0, 1.0]]
    """

    def __init__(self, network: nn.Module, A: LinearOperator, mean: npt.NDArray[Any], scale: float) -> None:
        super().__init__()
        self.network, self.scale = network, scale
        self.mean: Tensor
        self.data_of_mean: Tensor
        self.register_buffer("mean", torch.from_numpy(np.asarray(mean, np.float32)))
        self.register_buffer("data_of_mean", torch.from_numpy(np.asarray(A(np.asarray(mean, A.dtype)), np.float32)))
        self.settings = {**cast(dict[str, Any], getattr(network, "settings", {})), "scale": scale}

    def forward(self, d: Tensor) -> Tensor:
        """Models (batch, *domain_shape) from data (batch, *range_shape)."""
        return self.mean + self.scale * cast(Tensor, self.network((d - self.data_of_mean) / self.scale))
