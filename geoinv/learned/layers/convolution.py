"""Linear maps between channels, and their adjoints: convolutions of images and volumes, matrices of vectors."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional

__all__ = ["adjoint_convolve", "convolve", "kernel_shape", "random_kernel"]


def kernel_shape(channels_out: int, channels_in: int, rank: int, size: int) -> tuple[int, ...]:
    """Shape (out, in, *size) of a kernel over `rank` axes; a matrix (out, in) for rank 0."""
    return (channels_out, channels_in, *([size] * rank))


def random_kernel(shape: tuple[int, ...], gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Kernel whose map keeps the size of random inputs, times `gain`."""
    inputs = math.prod(shape[1:])
    return torch.randn(shape, generator=generator) * (gain / math.sqrt(inputs))


def convolve(x: Tensor, kernel: Tensor) -> Tensor:
    """Correlate with a kernel of odd size; outside, the image is zero.

    Parameters
    ----------
    x : (batch, in, *shape) tensor
        Of rank 0 (vectors), 1, 2 or 3.
    kernel : (out, in, *size) tensor
        A matrix for rank 0.

    Returns
    -------
    (batch, out, *shape) tensor

    Examples
    --------
    >>> x, kernel = torch.randn(1, 2, 5, 6), torch.randn(3, 2, 3, 3)
    >>> y = torch.randn(1, 3, 5, 6)
    >>> mismatch = (convolve(x, kernel) * y).sum() - (x * adjoint_convolve(y, kernel)).sum()
    >>> bool(mismatch.abs() < 1e-4)
    True
    """
    rank = kernel.ndim - 2
    if rank == 0:
        return functional.linear(x, kernel)
    convolution = (functional.conv1d, functional.conv2d, functional.conv3d)[rank - 1]
    return convolution(x, kernel, padding=kernel.shape[-1] // 2)


def adjoint_convolve(y: Tensor, kernel: Tensor) -> Tensor:
    """Adjoint of :func:`convolve`: from (batch, out, *shape) to (batch, in, *shape)."""
    rank = kernel.ndim - 2
    if rank == 0:
        return functional.linear(y, kernel.T)
    convolution = (functional.conv_transpose1d, functional.conv_transpose2d, functional.conv_transpose3d)[rank - 1]
    return convolution(y, kernel, padding=kernel.shape[-1] // 2)
