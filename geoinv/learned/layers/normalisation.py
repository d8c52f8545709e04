"""Units in which a network counts: data made ready for its steps, and models put back into their own unit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.torch_bridge import as_torch, widened
from geoinv.classical.stationary import wave_factors
from geoinv.core.checks import InputError, array_of, finite, positive, shape_text
from geoinv.learned.layers.cosine_filter import CosineFilter

__all__ = ["NORMALISATIONS", "Centred", "Normalisation", "Whitened"]


class Normalisation(nn.Module, ABC):
    """What stands before and after the steps of a network; its numbers are buffers, and are saved with the weights."""

    @abstractmethod
    def bind(self, A: LinearOperator) -> LinearOperator:
        """Take the physics, and give the operator from the network's models to the network's data.

        Raises
        ------
        InputError
            If the normalisation does not fit the operator.
        """

    @abstractmethod
    def data(self, d: Tensor) -> Tensor:
        """Data (batch, channels, *range_shape) as the network takes them."""

    @abstractmethod
    def model(self, x: Tensor, d: Tensor) -> Tensor:
        """Model (batch, channels, *domain_shape) of what the network gives for the data `d`, in the model's unit."""

    @classmethod
    @abstractmethod
    def of_tensors(cls, tensors: Mapping[str, Tensor]) -> Normalisation:
        """Normalisation of the buffers in a file, by name.

        Raises
        ------
        KeyError
            If one is missing.
        """


class Centred(Normalisation):
    """What is unknown is the deviation from a mean model, in units of its own.

    ::

        x = m + s network((d - A m) / s)

    The problem stays what it is, for A is linear; what the network adds up is neither far from one, where its
    nonlinear functions bend, nor the mean, which needs no data.

    Parameters
    ----------
    mean : ([channels,] *domain_shape) array
        m, such as the mean of the training models.
    scale : float
        s, in the models' unit.

    Raises
    ------
    InputError
        If the mean is not finite, or the scale not above zero.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> centred = Centred(np.ones(2), scale=0.5)
    >>> centred.bind(MatrixOperator([[2.0, 0.0]])).range_shape, centred.data(torch.tensor([[[2.5]]])).item()
    ((1,), 1.0)
    """

    mean: Tensor
    scale: Tensor
    data_of_mean: Tensor

    def __init__(self, mean: npt.ArrayLike, scale: float) -> None:
        super().__init__()
        values = array_of("Centred", "mean", mean)
        finite("Centred", "mean", values, "give the mean of the training models")
        positive("Centred", "scale", array_of("Centred", "scale", scale, shape=()), "give a size in the models' unit")
        self.register_buffer("mean", torch.from_numpy(values.astype(np.float32)))
        self.register_buffer("scale", torch.tensor(float(scale)))

    def bind(self, A: LinearOperator) -> LinearOperator:
        """Keep the data of the mean; the operator stays what it is."""
        rank = len(A.domain_shape)
        shape = tuple(self.mean.shape)
        if shape[max(0, len(shape) - rank) :] != tuple(A.domain_shape) or len(shape) > rank + 1:
            raise InputError(
                f"Centred expects a mean of the shape of the models of {A.name}, {shape_text(A.domain_shape)}, "
                f"got {shape_text(shape)}"
            )
        image = np.asarray(A(self.mean.numpy().astype(A.dtype)), np.float32)
        self.register_buffer("data_of_mean", torch.from_numpy(image))
        return A

    def data(self, d: Tensor) -> Tensor:
        """(d - A m) / s."""
        return (d - self.data_of_mean) / self.scale

    def model(self, x: Tensor, d: Tensor) -> Tensor:
        """M + s x."""
        return self.mean + self.scale * x

    @classmethod
    def of_tensors(cls, tensors: Mapping[str, Tensor]) -> Centred:
        """Centred of the mean and scale in a file."""
        return cls(tensors["mean"].float().numpy(), float(tensors["scale"]))


class Whitened(Normalisation):
    """Whitened data of images without their mean colours, for a blur.

    ::

        x = m + s network(W (d - m) / s),   W = (A A' + damping I)^(-1/2),   network for W A

    W is what whitens data of white images of variance 1 and noise of variance `damping`. The misfit
    ``|W A x - W d|^2`` has the curvature of one for every wave above the noise, where that of
    ``|A x - d|^2`` falls with the square of A's factors, to 1e-4 for s = 9: descent on it arrives in
    a few steps. A constant image is its own blur, so the mean colours m are those of the data.

    Parameters
    ----------
    damping : float
        Variance of the noise over that of the images, for W.
    scale : float
        s, the size of the images' deviations from their mean.

    Raises
    ------
    InputError
        If a number is not above zero.

    Examples
    --------
    >>> from geoinv.learned import Proximal
    >>> from geoinv.operators import Blur
    >>> network = Proximal(Blur((8, 8), 1.0), channels=3, layers=2, normalisation=Whitened(0.01, 0.2))
    >>> network(torch.rand(5, 3, 8, 8)).shape
    torch.Size([5, 3, 8, 8])
    """

    damping: Tensor
    scale: Tensor

    def __init__(self, damping: float, scale: float) -> None:
        super().__init__()
        for name, number in (("damping", damping), ("scale", scale)):
            positive("Whitened", name, array_of("Whitened", name, number, shape=()), "give a number above zero")
        self.register_buffer("damping", torch.tensor(float(damping)))
        self.register_buffer("scale", torch.tensor(float(scale)))

    def bind(self, A: LinearOperator) -> LinearOperator:
        """Make W, and give W A."""
        if len(A.domain_shape) != 2:
            raise InputError(
                f"Whitened expects an operator on images, of two axes, got {A.name} on {shape_text(A.domain_shape)}"
            )
        factors = wave_factors(A, "reflective")
        if abs(factors.flat[0] - 1.0) > 1e-3:
            raise InputError(
                f"Whitened expects an operator that keeps constant images, got {A.name}, which multiplies them by "
                f"{factors.flat[0]:.4g}; scale it"
            )
        whitening = 1.0 / np.sqrt(factors**2 + float(self.damping))
        self.whiten = as_torch(CosineFilter(whitening))
        return CosineFilter(whitening * factors)

    def data(self, d: Tensor) -> Tensor:
        """W (d - m) / s."""
        return self.whiten(widened((d - _mean_colour(d)) / self.scale)).to(d.dtype)

    def model(self, x: Tensor, d: Tensor) -> Tensor:
        """M + s x."""
        return _mean_colour(d) + self.scale * x

    @classmethod
    def of_tensors(cls, tensors: Mapping[str, Tensor]) -> Whitened:
        """Whitened of the two numbers in a file."""
        return cls(float(tensors["damping"]), float(tensors["scale"]))


def _mean_colour(d: Tensor) -> Tensor:
    return d.mean(dim=(-2, -1), keepdim=True)


NORMALISATIONS: dict[str, type[Normalisation]] = {"Centred": Centred, "Whitened": Whitened}
"""Every normalisation that a file of weights can name."""
