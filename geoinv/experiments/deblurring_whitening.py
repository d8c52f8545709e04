"""Blurs whose data are whitened: every wave that the noise leaves in the data counts alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import scipy.fft
from torch import Tensor, nn

from geoinv.classical.stationary import wave_factors
from geoinv.learned.bridge import as_torch
from geoinv.learned.unrolled import UnrolledNetwork
from geoinv.linop import LinearOperator
from geoinv.operators import Blur

__all__ = ["CosineFilter", "WhitenedNetwork", "tikhonov_filter"]

Array = npt.NDArray[Any]


class CosineFilter(LinearOperator):
    """Operator that multiplies every wave of the cosine transform; it is its own adjoint.

    Parameters
    ----------
    factors : (rows, columns) array
        One for each wave.

    Examples
    --------
    >>> mean = CosineFilter(np.array([[1.0, 0.0], [0.0, 0.0]]))
    >>> mean([[1.0, 3.0], [5.0, 7.0]]).round(3).tolist()
    [[4.0, 4.0], [4.0, 4.0]]
    """

    def __init__(self, factors: Array) -> None:
        self.domain_shape = self.range_shape = tuple(factors.shape)
        self.dtype = np.dtype(np.float32)
        self.factors = factors.astype(self.dtype)

    def _forward(self, x: Array) -> Array:
        waves = scipy.fft.dctn(x, axes=(1, 2), norm="ortho") * self.factors
        return np.asarray(scipy.fft.idctn(waves, axes=(1, 2), norm="ortho", overwrite_x=True))

    def _adjoint(self, y: Array) -> Array:
        return self._forward(y)


def tikhonov_filter(A: Blur, damping: float) -> CosineFilter:
    """``(A'A + damping I)^-1 A'``: where the networks on whitened data begin."""
    factors = wave_factors(A, "reflective")
    return CosineFilter(factors / (factors**2 + damping))


class WhitenedNetwork(nn.Module):
    """An inverse network for a blur, which sees whitened data of pictures without their mean colours.

    ::

        x = m + s network(W (d - m) / s),   W = (A A' + damping I)^(-1/2),   network for W A

    W is what whitens data of white pictures of variance 1 and noise of variance `damping`. The misfit
    ``|W A x - W d|^2`` has the curvature of one for every wave above the noise, where that of
    ``|A x - d|^2`` falls with the square of A's factors, to 1e-4 for s = 9: descent on it arrives in
    a few steps. A constant picture is its own blur, so the mean colours m are those of the data.

    Parameters
    ----------
    make : callable
        Builds a network for an operator.
    A : Blur
        With reflective boundary.
    damping : float
        Variance of the noise over that of the pictures, for W.
    scale : float
        s, the size of the pictures' deviations from their mean.

    Examples
    --------
    >>> import torch
    >>> from geoinv.learned import Proximal
    >>> network = WhitenedNetwork(lambda A: Proximal(A, channels=3, layers=2), Blur((8, 8), 1.0), 0.01, 0.2)
    >>> network(torch.rand(5, 3, 8, 8)).shape
    torch.Size([5, 3, 8, 8])
    """

    def __init__(
        self, make: Callable[[LinearOperator], UnrolledNetwork], A: Blur, damping: float, scale: float
    ) -> None:
        super().__init__()
        factors = wave_factors(A, "reflective")
        whitening = 1.0 / np.sqrt(factors**2 + damping)
        self.whiten = as_torch(CosineFilter(whitening))
        self.network, self.scale = make(CosineFilter(whitening * factors)), scale
        self.settings = {**self.network.settings, "whitening": {"damping": damping, "scale": scale}}

    def forward(self, d: Tensor) -> Tensor:
        """Pictures (batch, colours, rows, columns) from data of this shape."""
        mean = d.mean(dim=(-2, -1), keepdim=True)
        return mean + self.scale * cast(Tensor, self.network(self.whiten((d - mean) / self.scale)))
