"""What the unrolled networks share: the data's gradient, positive steps, shapes in and out, saving."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.torch_bridge import as_torch, widened
from geoinv.core.checks import InputError, whole_number
from geoinv.learned.configuration.stored_operator import describe_operator
from geoinv.learned.layers.interpolation import at_time
from geoinv.learned.layers.layout import Layout
from geoinv.learned.layers.normalisation import Normalisation
from geoinv.learned.layers.sizes import require_size
from geoinv.learned.layers.weights import write_weights

__all__ = ["Steps", "UnrolledNetwork", "largest_eigenvalue", "seeded"]


class Steps(nn.Module):
    """Positive step lengths h_j, learned through softplus; nodes in time, linear in between.

    Parameters
    ----------
    count : int
        Nodes.
    first : float
        Where every step starts.
    """

    def __init__(self, count: int, first: float) -> None:
        super().__init__()
        require_size("Steps", count)
        self.first: Tensor
        self.register_buffer("first", torch.tensor(first))
        self.raw = nn.Parameter(torch.full((count,), math.log(math.expm1(1.0))))

    def all(self) -> Tensor:
        """Every node's step."""
        return self.first * functional.softplus(self.raw)

    def at(self, share: float) -> Tensor:
        """Step at a share of the horizon, between 0 and 1."""
        return at_time(self.all(), share, 1.0)


class UnrolledNetwork(nn.Module, ABC):
    """A network of L steps, each of which uses the operator A and its adjoint.

    Parameters
    ----------
    A : LinearOperator
        The physics; not learned, and not saved.
    channels : int
        Images of a sample that A maps one by one, such as colours.
    layers : int
        L.
    dense : bool
        Treat the model as one vector, whatever its shape.
    normalisation : Normalisation, optional
        Units in which the steps count; saved, loaded and applied with the weights.

    Attributes
    ----------
    settings : dict
        What makes the network again, besides A and the normalisation.
    physics : TorchOperator
        What the steps invert: A, or what the normalisation makes of it.
    steps, start : Steps
        h_j, and alpha of the start alpha A'b.
    layers_may_change : bool
        Whether :attr:`layers` can be set, and drawn in training.
    drawn_layers : tuple of int
        Numbers of layers that were drawn in training
        (:class:`geoinv.learned.training.training_settings.TrainingSettings`); none where all batches took the same.
    """

    layers_may_change: ClassVar[bool] = False
    drawn_layers: tuple[int, ...] = ()

    settings: dict[str, Any]
    steps: Steps
    start: Steps

    def __init__(
        self, A: LinearOperator, channels: int, layers: int, dense: bool, normalisation: Normalisation | None = None
    ) -> None:
        super().__init__()
        if min(channels, layers) < 1:
            raise InputError(f"{self.name} expects channels and layers of one or more, got {channels} and {layers}")
        require_size(self.name, 0, layers)
        self.layout = Layout(tuple(A.domain_shape), tuple(A.range_shape), channels, dense)
        if self.layout.rank > 3:
            raise InputError(
                f"{self.name} expects models of one to three axes, got {A.domain_shape}; use dense=True or reshape them"
            )
        self.normalisation = normalisation
        self._given = as_torch(A)
        self.physics = self._given if normalisation is None else as_torch(normalisation.bind(A))
        self._layers = layers

    @property
    def name(self) -> str:
        """What the network is called in errors and files."""
        return type(self).__name__

    @property
    def operator(self) -> LinearOperator:
        """A, as it was given."""
        return self._given.operator

    @property
    def layers(self) -> int:
        """Steps L; those of an EUnet can be changed."""
        return self._layers

    @layers.setter
    def layers(self, layers: int) -> None:
        if layers != self._layers:
            raise self._fixed(layers)

    @contextmanager
    def taking(self, layers: int) -> Iterator[None]:
        """Take another number of layers for a while, in training.

        Raises
        ------
        InputError
            If the layers are what they are, or that is no number of layers.
        """
        if not self.layers_may_change:
            raise self._fixed(layers)
        self._check_layers(layers)
        before, self._layers = self._layers, layers
        try:
            yield
        finally:
            self._layers = before

    def _fixed(self, layers: int) -> InputError:
        """What is said to whoever changes layers that are what they are."""
        return InputError(
            f"{self.name} expects the {self._layers} layers that it was built with, got {layers}; build and train it "
            "with as many, or take an EUnet that draws its layers in training"
        )

    def _check_layers(self, layers: int) -> None:
        """Reject what is no number of layers."""
        if layers < 1:
            raise InputError(f"{self.name} expects one layer or more, got {layers}")
        require_size(self.name, 0, layers)

    @property
    def parameter_count(self) -> int:
        """How many numbers are learned."""
        return sum(p.numel() for p in self.parameters() if p.requires_grad)

    def back_project(self, residual: Tensor) -> Tensor:
        """A' of data, as a model inside the network."""
        return self.layout.from_domain(self.physics.T(residual).to(self._precision))

    def misfit_gradient(self, x: Tensor, data: Tensor) -> Tensor:
        """A'(A x - b), of the shape of x."""
        # autocast and half weights make models of half precision, which the physics does not take
        return self.back_project(self.physics(self.layout.to_domain(widened(x))) - data)

    @property
    def _precision(self) -> torch.dtype:
        """Of the weights, of which there are none yet when the first steps are chosen."""
        return next((weights.dtype for weights in self.parameters()), torch.get_default_dtype())

    def start_steps(self, normal: Callable[[Tensor], Tensor], channels: int, generator: torch.Generator) -> float:
        """Start steps and alpha at one over the largest curvature of the misfit.

        Parameters
        ----------
        normal : callable
            The misfit's gradient for data of zero, as a map of (1, channels, *axes).
        channels : int
            Of the unknowns.
        generator : torch.Generator
            Of the power iteration's first vector.

        Returns
        -------
        float
            The curvature.
        """
        spatial = self.layout.domain_shape if self.layout.rank else ()
        # the unknowns of one sample, before and after the map
        require_size(self.name, 2 * channels * math.prod(spatial))
        curvature = largest_eigenvalue(normal, (1, channels, *spatial), generator)
        self.steps, self.start = Steps(self.layers, 1.0 / curvature), Steps(1, 1.0 / curvature)
        return curvature

    def normal(self, x: Tensor) -> Tensor:
        """A'A x, inside the network."""
        return self.misfit_gradient(x, torch.zeros(1, self.layout.channels, *self.layout.range_shape))

    @abstractmethod
    def models(self, data: Tensor) -> Iterator[Tensor]:
        """Models x after 0 ... L steps, from data (batch, channels, *range_shape)."""

    def forward(self, d: Tensor) -> Tensor:
        """Recover models from data.

        Parameters
        ----------
        d : (batch..., [channels,] *A.range_shape) tensor
            Data, in any precision; the result has the same.

        Returns
        -------
        (batch..., [channels,] *A.domain_shape) tensor

        Raises
        ------
        InputError
            If the shape does not fit.
        """
        data, batch = self._data_batch(d)
        x = data
        for model in self.models(self._normalised(data)):
            x = model
        return self._result(x, data, batch, d.dtype)

    def trajectory(self, d: Tensor) -> list[Tensor]:
        """Models after 0 ... L steps, each of the shape that :meth:`forward` gives."""
        data, batch = self._data_batch(d)
        return [self._result(x, data, batch, d.dtype) for x in self.models(self._normalised(data))]

    def _data_batch(self, d: Tensor) -> tuple[Tensor, tuple[int, ...]]:
        """Data as (batch, channels, *range_shape) in the precision of the physics, and the batch's own shape."""
        data, batch = self.layout.data_batch(self.name, d)
        return data.to(torch.float64 if self._precision == torch.float64 else torch.float32), batch

    def _normalised(self, data: Tensor) -> Tensor:
        return data if self.normalisation is None else self.normalisation.data(data)

    def _result(self, x: Tensor, data: Tensor, batch: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """Model inside the network as the caller sees it."""
        if self.normalisation is not None:
            x = self.normalisation.model(self.layout.to_domain(x).to(data.dtype), data)
        return self.layout.model_result(x, batch).to(dtype)

    def save(self, path: str | Path, half: bool = False, **extra: Any) -> None:
        """Write the weights with the settings inside, as safetensors.

        Parameters
        ----------
        path : str or Path
        half : bool
            Round the weights to float16, for a file of half the size.
        **extra
            Kept in the file's description beside the settings; ``operator``, a table of the user's own, in place of
            what describes A.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        shapes = {"domain_shape": self.layout.domain_shape, "range_shape": self.layout.range_shape}
        normalisation = None if self.normalisation is None else type(self.normalisation).__name__
        about: dict[str, Any] = {"settings": self.settings, "normalisation": normalisation, **shapes}
        if self.drawn_layers:
            about["drawn_layers"] = list(self.drawn_layers)
        learned = dict(self.named_parameters()) if half else {}
        weights = {name: tensor.half() if name in learned else tensor for name, tensor in self.state_dict().items()}
        write_weights(path, self.name, {**about, **describe_operator(self.operator), **extra}, weights)


def seeded(seed: int) -> torch.Generator:
    """Random numbers of a network's first weights.

    Raises
    ------
    InputError
        If the seed is none.
    """
    return torch.Generator().manual_seed(whole_number("a network", "seed", seed))


@torch.no_grad()
def largest_eigenvalue(
    normal: Callable[[Tensor], Tensor], shape: tuple[int, ...], generator: torch.Generator, iterations: int = 30
) -> float:
    """Largest eigenvalue of a positive semidefinite map, by power iteration.

    Raises
    ------
    InputError
        If the map is zero or not finite.
    """
    v = torch.randn(shape, generator=generator)
    size = torch.linalg.vector_norm(v)
    for _ in range(iterations):
        v = normal(v / size)
        size = torch.linalg.vector_norm(v)
        if not (torch.isfinite(size) and size > 0):
            raise InputError("a network expects an operator that is neither zero nor infinite; check its parameters")
    return float(size)
