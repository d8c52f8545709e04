"""Embeddings x = E z into more unknowns than the model has: none, a dictionary, learned, or changing with time."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Generator, Tensor, nn

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.torch_bridge import as_torch, widened
from geoinv.core.checks import InputError, shape_text
from geoinv.learned.layers.convolution import adjoint_convolve, convolve, kernel_shape, random_kernel
from geoinv.learned.layers.sizes import require_size

__all__ = ["DictionaryEmbedding", "Embedding", "HyperEmbedding", "IdentityEmbedding", "LearnedEmbedding"]


class Embedding(nn.Module, ABC):
    """A linear map E(t) from (batch, embedded, *shape) to (batch, channels, *shape), and its adjoint.

    Attributes
    ----------
    channels, embedded : int
        Of the model x and of z.
    """

    channels: int
    embedded: int

    @abstractmethod
    def at(self, time: float) -> Tensor | None:
        """Kernel of E at a time, to be handed to the two maps below; None where there is none."""

    def forward(self, z: Tensor, kernel: Tensor | None) -> Tensor:
        """E z."""
        assert kernel is not None
        return convolve(z, kernel)

    def adjoint(self, x: Tensor, kernel: Tensor | None) -> Tensor:
        """E' x."""
        assert kernel is not None
        return adjoint_convolve(x, kernel)


class IdentityEmbedding(Embedding):
    """No embedding: z is the model."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = self.embedded = channels

    def at(self, time: float) -> None:
        """There is no kernel."""

    def forward(self, z: Tensor, kernel: Tensor | None = None) -> Tensor:
        """Return z."""
        return z

    def adjoint(self, x: Tensor, kernel: Tensor | None = None) -> Tensor:
        """Return x."""
        return x


class DictionaryEmbedding(Embedding):
    """A fixed over-complete dictionary of :mod:`geoinv.embeddings.dictionaries`, or any operator of such shapes.

    Parameters
    ----------
    dictionary : LinearOperator
        From (embedded, *shape) to shape.

    Raises
    ------
    InputError
        If its shapes are others.
    """

    def __init__(self, dictionary: LinearOperator) -> None:
        super().__init__()
        if dictionary.domain_shape[1:] != dictionary.range_shape:
            raise InputError(
                f"DictionaryEmbedding expects a dictionary from (embedded, *shape) to shape, got "
                f"{shape_text(dictionary.domain_shape)} to {shape_text(dictionary.range_shape)}"
            )
        self.dictionary = as_torch(dictionary)
        self.channels, self.embedded = 1, dictionary.domain_shape[0]

    def at(self, time: float) -> None:
        """There is no kernel."""

    def forward(self, z: Tensor, kernel: Tensor | None = None) -> Tensor:
        """E z."""
        return self.dictionary(widened(z)).to(z.dtype).unsqueeze(1)

    def adjoint(self, x: Tensor, kernel: Tensor | None = None) -> Tensor:
        """E' x."""
        return self.dictionary.T(widened(x.squeeze(1))).to(x.dtype)


class LearnedEmbedding(Embedding):
    """A learned convolution, or matrix of vectors, the same at all times.

    Parameters
    ----------
    channels, embedded : int
        Of the model and of z.
    rank : int
        0 for vectors, 2 for images, 3 for volumes.
    kernel : int
        Odd size of the convolution.
    generator : torch.Generator, optional
        Of the first weights, for which E E' is near the identity.

    Raises
    ------
    InputError
        If there are no channels or unknowns, or the kernel's size is even.
    """

    def __init__(
        self, channels: int, embedded: int, rank: int = 0, kernel: int = 3, generator: Generator | None = None
    ) -> None:
        super().__init__()
        _check(type(self).__name__, channels, embedded, kernel, rank)
        self.channels, self.embedded = channels, embedded
        self.kernel = nn.Parameter(random_kernel(kernel_shape(channels, embedded, rank, kernel), generator=generator))

    def at(self, time: float) -> Tensor:
        """Return the kernel."""
        return self.kernel


class HyperEmbedding(Embedding):
    """A learned convolution or matrix that changes with time: ``E(t) = W2 tanh(t W1 + c)``, reshaped.

    Parameters
    ----------
    channels, embedded, rank, kernel
        As in :class:`LearnedEmbedding`.
    hidden : int
        Length of ``t W1 + c``.
    generator : torch.Generator, optional
        Of the first weights.

    Raises
    ------
    InputError
        If there are no channels or unknowns, or the kernel's size is even.
    """

    def __init__(
        self,
        channels: int,
        embedded: int,
        rank: int = 0,
        kernel: int = 3,
        hidden: int = 4,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        # the columns, and their stack
        _check(type(self).__name__, channels, embedded, kernel, rank, copies=2 * hidden)
        self.channels, self.embedded = channels, embedded
        self.shape = kernel_shape(channels, embedded, rank, kernel)
        self.rate = nn.Parameter(torch.randn(hidden, generator=generator))
        # away from zero, so that E(0) is not small
        signs = torch.randint(0, 2, (hidden,), generator=generator) * 2.0 - 1.0
        self.offset = nn.Parameter(signs)
        columns = [random_kernel(self.shape, generator=generator) for _ in range(hidden)]
        self.basis = nn.Parameter(torch.stack(columns) / (hidden**0.5 * torch.tanh(torch.tensor(1.0))))

    def at(self, time: float) -> Tensor:
        """Kernel E(t)."""
        hidden = torch.tanh(time * self.rate + self.offset)
        # a sum of few large arrays: as a product of matrices of one row it took half of a training step in bfloat16
        kernel = hidden[0] * self.basis[0]
        for factor, column in zip(hidden[1:], self.basis[1:], strict=True):
            kernel = kernel + factor * column
        return kernel


def _check(owner: str, channels: int, embedded: int, kernel: int, rank: int, copies: int = 1) -> None:
    """Reject sizes that no embedding has."""
    if min(channels, embedded, kernel) < 1 or kernel % 2 == 0:
        raise InputError(
            f"{owner} expects channels and unknowns of one or more and an odd kernel, got {channels}, {embedded} "
            f"and {kernel}"
        )
    require_size(owner, copies * channels * embedded * kernel**rank, copies)
