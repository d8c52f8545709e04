"""Unrolled proximal gradient with a learned proximal map (Mardani et al. 2018)."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError
from geoinv.learned.layers.normalisation import Normalisation
from geoinv.learned.layers.residual import ResidualNetwork
from geoinv.learned.layers.sizes import require_size
from geoinv.learned.networks.unrolled import UnrolledNetwork, seeded

__all__ = ["Proximal"]


class Proximal(UnrolledNetwork):
    """A data step, then a residual network in place of the proximal map.

    ::

        x_{j+1} = P_j(x_j + h_j A'(b - A x_j)),   x_0 = alpha A'b

    Parameters
    ----------
    A, channels, layers, kernel, dense, seed, normalisation
        As in :class:`geoinv.learned.OPTEnet`.
    width, depth : int
        Of each residual network.
    shared : bool
        One network for all layers, as in the first paper, instead of one each.

    Examples
    --------
    >>> import torch
    >>> from geoinv.operators import TotalTime
    >>> net = Proximal(TotalTime(), width=16, layers=3)
    >>> net(torch.zeros(7, 1)).shape
    torch.Size([7, 2])
    """

    def __init__(
        self,
        A: LinearOperator,
        channels: int = 1,
        layers: int = 8,
        width: int = 64,
        depth: int = 3,
        kernel: int = 3,
        shared: bool = False,
        dense: bool = False,
        seed: int = 0,
        normalisation: Normalisation | None = None,
    ) -> None:
        super().__init__(A, channels, layers, dense, normalisation)
        if min(width, kernel) < 1 or depth < 2 or kernel % 2 == 0:
            raise InputError(
                f"Proximal expects a width of one or more, a depth of two or more and an odd kernel, got {width}, "
                f"{depth} and {kernel}"
            )
        self.settings = {
            "channels": channels,
            "layers": layers,
            "width": width,
            "depth": depth,
            "kernel": kernel,
            "shared": shared,
            "dense": dense,
        }
        model, rank, count = self.layout.model_channels, self.layout.rank, 1 if shared else layers
        require_size("Proximal", count * ResidualNetwork.size(model, width, depth, rank, kernel), count * depth)
        generator = seeded(seed)
        self.start_steps(self.normal, self.layout.model_channels, generator)
        self.maps = nn.ModuleList(ResidualNetwork(model, width, depth, rank, kernel, generator) for _ in range(count))

    def models(self, data: Tensor) -> Iterator[Tensor]:
        """Models x after 0 ... L steps."""
        steps = self.steps.all()
        x = self.start.at(0.0) * self.back_project(data)
        for j in range(self.layers):
            yield x
            x = self.maps[j % len(self.maps)](x - steps[j] * self.misfit_gradient(x, data))
        yield x
