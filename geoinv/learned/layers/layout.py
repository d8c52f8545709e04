"""How models and data lie in tensors: batch, channels, and the axes of images or volumes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from geoinv.core.checks import InputError, shape_text

__all__ = ["Layout"]


@dataclass(frozen=True)
class Layout:
    """Shapes of a network's model and data.

    Attributes
    ----------
    domain_shape, range_shape : tuple of int
        Of the operator.
    channels : int
        Images of a sample that the operator maps one by one, such as colours; 1 has no axis of its own.
    dense : bool
        Treat the model as one vector, whatever its shape: global matrices instead of convolutions.
    """

    domain_shape: tuple[int, ...]
    range_shape: tuple[int, ...]
    channels: int
    dense: bool

    @property
    def rank(self) -> int:
        """Axes that convolutions run along: 2 for images, 3 for volumes, 0 for vectors."""
        return 0 if self.dense or len(self.domain_shape) == 1 else len(self.domain_shape)

    @property
    def model_channels(self) -> int:
        """Channels of the model inside the network; for vectors, its length."""
        return self.channels * (1 if self.rank else math.prod(self.domain_shape))

    def data_batch(self, owner: str, d: Tensor) -> tuple[Tensor, tuple[int, ...]]:
        """Data as (batch, channels, *range_shape), and the batch's own shape.

        Raises
        ------
        InputError
            If the shape does not fit, or it is not a tensor of floats.
        """
        expected = self.range_shape if self.channels == 1 else (self.channels, *self.range_shape)
        if not isinstance(d, Tensor) or not d.is_floating_point():
            kind = d.dtype if isinstance(d, Tensor) else type(d).__name__
            raise InputError(f"{owner} expects data as a tensor of floats, got {kind}; use torch.as_tensor(d).float()")
        split = d.ndim - len(expected)
        if split < 0 or tuple(d.shape[split:]) != expected:
            raise InputError(
                f"{owner} expects data of shape {shape_text(expected)} after the batch, got {shape_text(d.shape)}; "
                "give what its operator gives"
            )
        return d.reshape(-1, self.channels, *self.range_shape), tuple(d.shape[:split])

    def to_domain(self, x: Tensor) -> Tensor:
        """Model inside the network to (batch, channels, *domain_shape), which the operator maps."""
        return x.reshape(x.shape[0], self.channels, *self.domain_shape)

    def from_domain(self, x: Tensor) -> Tensor:
        """Inverse of :meth:`to_domain`."""
        if self.rank == 2:
            # convolutions keep the layout of their input, and are several times faster in this one
            return x.contiguous(memory_format=torch.channels_last)
        return x if self.rank else x.flatten(1)

    def model_result(self, x: Tensor, batch: tuple[int, ...]) -> Tensor:
        """Model as the caller sees it: (batch..., [channels,] *domain_shape)."""
        channels = () if self.channels == 1 else (self.channels,)
        return x.reshape(*batch, *channels, *self.domain_shape)
