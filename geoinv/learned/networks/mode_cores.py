"""Networks between the leading modes of data and models: the best linear map and what it misses, and EUnet."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from geoinv.algebra.matrices import MatrixOperator
from geoinv.learned.layers.sizes import require_size
from geoinv.learned.networks.eunet import EUnet

__all__ = ["CORES", "EUnetCore", "ModeCore", "ResidualCore"]


class ModeCore(nn.Module):
    """From data modes (samples, data) to coefficients of the model (samples, modes), in units of mean |d| = 1.

    Attributes
    ----------
    settings : dict
        What makes the network again, besides the tensors.
    made_with : tuple of str
        Tensors that it cannot be made without.
    """

    made_with: ClassVar[tuple[str, ...]] = ()
    settings: dict[str, Any]


class ResidualCore(ModeCore):
    """Residual network beside the best linear map: ``c = L y + s * mlp(y / w)``.

    Parameters
    ----------
    data, modes : int
        Sizes of y and c.
    width, depth : int
        Of the residual blocks ``h + M gelu(norm(h))``.

    Attributes
    ----------
    linear : (modes, data) tensor
        L, the linear map with the least mean error.
    data_sizes, model_sizes : tensors
        w and s: sizes of the data (with noise) and of the coefficients, mode by mode.
    """

    linear: Tensor
    data_sizes: Tensor
    model_sizes: Tensor

    def __init__(self, data: int, modes: int, width: int = 1024, depth: int = 4) -> None:
        super().__init__()
        require_size("ResidualCore", width * (data + modes + depth * width) + data * modes, depth)
        self.settings = {"data": data, "modes": modes, "width": width, "depth": depth}
        self.register_buffer("linear", torch.zeros(modes, data))
        self.register_buffer("data_sizes", torch.ones(data))
        self.register_buffer("model_sizes", torch.ones(modes))
        self.first, self.last = nn.Linear(data, width), nn.Linear(width, modes)
        self.blocks = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(depth))
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, y: Tensor) -> Tensor:
        """Coefficients (samples, modes) of data (samples, data)."""
        # data modes are known to a part in thousands, which half precision would round away
        with torch.autocast(y.device.type, enabled=False):
            hidden = self.first(y / self.data_sizes)
            linear = y @ self.linear.T
        for norm, block in zip(self.norms, self.blocks, strict=True):
            hidden = hidden + block(functional.gelu(norm(hidden)))
        missed: Tensor = self.last(functional.gelu(hidden))
        return linear + self.model_sizes * missed.to(linear.dtype)


class EUnetCore(ModeCore):
    """EUnet in the prior's coordinates, with preconditioned data steps.

    ::

        c = F EUnet(W y),   for the operator W D F,   F F' = E c c',   W = (D F F' D' + sigma^2 I)^(-1/2)

    Data are whitened and models coloured, so that a step along the misfit's gradient reaches every mode alike; the
    embedding, the potential and the steps are those of :class:`geoinv.learned.EUnet`.

    Parameters
    ----------
    data, modes : int
        Sizes of y and c.
    embedding, width, layers, hidden : int
        As for EUnet.

    Attributes
    ----------
    whitening : (data, data) tensor
        W.
    colouring : (modes, modes) tensor
        F.
    physics : (data, modes) tensor
        W D F.
    """

    layers_may_change: ClassVar[bool] = True
    made_with: ClassVar[tuple[str, ...]] = ("physics",)

    whitening: Tensor
    colouring: Tensor
    physics: Tensor

    def __init__(
        self,
        data: int,
        modes: int,
        embedding: int = 1024,
        width: int = 512,
        layers: int = 3,
        hidden: int = 1,
        physics: Tensor | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.settings = {
            "data": data,
            "modes": modes,
            "embedding": embedding,
            "width": width,
            "layers": layers,
            "hidden": hidden,
        }
        self.register_buffer("whitening", torch.eye(data))
        self.register_buffer("colouring", torch.eye(modes))
        self.register_buffer("physics", torch.eye(data, modes) if physics is None else physics)
        self.net = EUnet(
            MatrixOperator(self.physics.numpy()),
            embedding=embedding,
            layers=layers,
            width=width,
            hidden=hidden,
            dense=True,
            seed=seed,
        )

    def taking(self, layers: int) -> AbstractContextManager[None]:
        """Take another number of layers for a while."""
        return self.net.taking(layers)

    @property
    def drawn_layers(self) -> tuple[int, ...]:
        """Numbers of layers that were drawn in training."""
        return self.net.drawn_layers

    @drawn_layers.setter
    def drawn_layers(self, layers: tuple[int, ...]) -> None:
        self.net.drawn_layers = layers

    def forward(self, y: Tensor) -> Tensor:
        """Coefficients (samples, modes) of data (samples, data)."""
        found: Tensor = self.net(y @ self.whitening.T) @ self.colouring.T
        return found


CORES: dict[str, type[ModeCore]] = {"ResidualCore": ResidualCore, "EUnetCore": EUnetCore}
"""Every network in modes that a file can name."""
