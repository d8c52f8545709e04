"""How far a network's estimate may be off: normal errors along fixed directions, of sizes that the data tell."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from geoinv.learned.layers.sizes import require_size

__all__ = ["ErrorModel"]


class ErrorModel(nn.Module):
    """Errors ``e = V (s(y) * n)`` of coefficients, n standard normal, V the principal axes of the errors.

    Parameters
    ----------
    modes, data : int
        Coefficients of the model, and of the data.
    width : int
        Of the small network s.

    Attributes
    ----------
    axes : (modes, modes) tensor
        Principal axes of the errors, as columns.
    sizes : (modes,) tensor
        Root mean square of the errors along each: ``V = axes * sizes``.
    spread : (data,) tensor
        Units of the data that s sees.
    calibration : tensor
        One factor on all sizes, chosen on models that no weight was trained with.
    """

    axes: Tensor
    sizes: Tensor
    spread: Tensor
    calibration: Tensor

    def __init__(self, modes: int, data: int, width: int = 256) -> None:
        super().__init__()
        require_size("ErrorModel", modes * modes + width * (data + width + modes))
        self.register_buffer("axes", torch.eye(modes))
        self.register_buffer("sizes", torch.ones(modes))
        self.register_buffer("spread", torch.ones(data))
        self.register_buffer("calibration", torch.tensor(1.0))
        self.first, self.middle, self.last = nn.Linear(data, width), nn.Linear(width, width), nn.Linear(width, modes)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    @torch.no_grad()
    def set_units(self, errors: Tensor, data: Tensor) -> None:
        """Take principal axes and units from errors (samples, modes) of a network, and the data (samples, data)."""
        values, vectors = torch.linalg.eigh((errors.T @ errors / len(errors)).double())
        self.axes.copy_(vectors)
        self.sizes.copy_(values.clamp_min(1e-9 * float(values[-1])).sqrt())
        self.spread.copy_(data.square().mean(0).sqrt().clamp_min(1e-6))

    @property
    def directions(self) -> Tensor:
        """V."""
        return self.axes * self.sizes

    def log_sizes(self, y: Tensor) -> Tensor:
        """Log s(y), (samples, modes), for data (samples, data)."""
        hidden = functional.gelu(self.first(y / self.spread))
        found: Tensor = self.last(functional.gelu(hidden + self.middle(hidden)))
        return found

    def negative_log_likelihood(self, errors: Tensor, y: Tensor) -> Tensor:
        """Of each sample's errors (samples, modes), but for a constant."""
        along = errors @ self.axes / self.sizes
        log_sizes = self.log_sizes(y)
        each: Tensor = log_sizes + 0.5 * along.square() * torch.exp(-2.0 * log_sizes)
        return each.sum(1)

    @torch.no_grad()
    def draw(self, y: Tensor, count: int, generator: torch.Generator) -> Tensor:
        """Errors (count, modes) for one datum vector (data,)."""
        sizes = self.calibration * torch.exp(self.log_sizes(y[None]))[0]
        noise = torch.randn((count, len(sizes)), generator=generator)
        return (sizes * noise) @ self.directions.T
