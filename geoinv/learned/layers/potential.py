"""Learned potentials phi(z; theta, t): equation 4.1 of arXiv 2402.04653, with its gradient in closed form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from geoinv.core.checks import InputError
from geoinv.learned.layers.convolution import adjoint_convolve, convolve, kernel_shape, random_kernel
from geoinv.learned.layers.interpolation import at_time
from geoinv.learned.layers.sizes import require_size

__all__ = ["Potential", "Theta", "log_cosh"]


def log_cosh(u: Tensor) -> Tensor:
    """Log cosh u, without overflow.

    ``u + softplus(-2u) - log 2``, which is ``|u| + softplus(-2|u|) - log 2`` written without the
    corner that would make autograd's second derivative zero at u = 0.

    Examples
    --------
    >>> log_cosh(torch.tensor([-1000.0, 0.0]))
    tensor([999.3068,   0.0000])
    """
    # exp(-40) is below the rounding of float64; torch's own threshold, 20, is not
    return u + functional.softplus(-2.0 * u, threshold=40.0) - math.log(2.0)


@dataclass(frozen=True)
class Theta:
    """The parameters of a potential at one time.

    Attributes
    ----------
    kernels : sequence of Tensor
        K_1 ... K_n.
    biases : sequence of (channels,) Tensor
        b_1 ... b_n.
    weights : (channels,) Tensor
        q.
    time : float
        t, which multiplies b_1.
    """

    kernels: Sequence[Tensor]
    biases: Sequence[Tensor]
    weights: Tensor
    time: float

    @property
    def rank(self) -> int:
        """Number of axes of images (2) and volumes (3); 0 for vectors."""
        return self.kernels[0].ndim - 2

    def over_space(self, per_channel: Tensor) -> Tensor:
        """View of shape (1, channels, 1, ...)."""
        return per_channel.reshape(1, -1, *([1] * self.rank))

    def arguments(self, z: Tensor) -> list[Tensor]:
        """u_1 ... u_n of (4.1)."""
        arguments: list[Tensor] = []
        for layer, (kernel, bias) in enumerate(zip(self.kernels, self.biases, strict=True)):
            factor = self.time if layer == 0 else 1.0
            a = z if layer == 0 else log_cosh(arguments[-1])
            u = convolve(a, kernel)
            arguments.append(u + (factor * self.over_space(bias)).to(u.dtype))
        return arguments

    def value(self, z: Tensor) -> Tensor:
        """Phi of each sample: (batch,)."""
        energy = self.over_space(self.weights) * log_cosh(self.arguments(z)[-1])
        return energy.flatten(1).sum(1)

    def gradient(self, z: Tensor) -> Tensor:
        """Grad phi by (4.2)-(4.4); the printed (4.2) has K_2 z where K_2 a_2 is meant."""
        arguments = self.arguments(z)
        # in the precision of the convolutions, which autocast may have chosen
        g = self.over_space(self.weights).to(arguments[-1].dtype)
        for kernel, u in zip(reversed(self.kernels), reversed(arguments), strict=True):
            g = adjoint_convolve(torch.tanh(u) * g, kernel)
        return g

    def curvature(self, z: Tensor, v: Tensor) -> Tensor:
        """Hessian of phi times v, without the parts that bend downwards: exact where phi is convex.

        The Hessian is ``sum_i J_i' diag((1 - tanh^2 u_i) g_{i+1}) J_i`` with J_i = du_i/dz; the
        positive part of the diagonal is kept.
        """
        arguments = self.arguments(z)
        tangents, steepness = [convolve(v, self.kernels[0])], [torch.tanh(u) for u in arguments]
        for layer in range(1, len(arguments)):
            tangents.append(convolve(steepness[layer - 1] * tangents[-1], self.kernels[layer]))
        g = self.over_space(self.weights)
        curved = torch.zeros_like(tangents[-1])
        for kernel, slope, tangent in zip(reversed(self.kernels), reversed(steepness), reversed(tangents), strict=True):
            bend = (1.0 - slope**2) * g.clamp(min=0.0) * tangent
            curved = adjoint_convolve(slope * curved + bend, kernel)
            g = adjoint_convolve(slope * g, kernel)
        return curved


class Potential(nn.Module):
    """A potential with learned parameters theta, which may change with time.

    ::

        a_1 = z,  u_1 = K_1 z + t b_1,  u_i = K_i a_i + b_i,  a_{i+1} = log cosh(u_i),  phi = q' a_{n+1}

    Parameters
    ----------
    channels : int
        Of z; its length for vectors.
    rank : int
        0 for vectors (dense K_i), 2 for images and 3 for volumes (convolutions).
    layers : int
        n.
    width : int
        Channels of u_1 ... u_n; 0 is as many as z has.
    kernel : int
        Odd size of the convolutions.
    convex : bool
        Keep phi convex in z: q >= 0 and, for i >= 2, K_i >= 0 and b_i >= 0.
    nodes : int
        Times at which theta is free; linear in between. 1 makes theta constant.
    horizon : float
        T; the nodes are at j T / nodes.
    scale : float
        Fixed factor of q: the size that phi starts from.
    generator : torch.Generator, optional
        Of the first weights.

    Raises
    ------
    InputError
        If a number of layers, nodes or channels is below one, or the kernel's size is even.

    Examples
    --------
    >>> potential = Potential(channels=2, layers=2, generator=torch.Generator().manual_seed(0))
    >>> z = torch.randn(5, 2, requires_grad=True)
    >>> (slope,) = torch.autograd.grad(potential.value(z).sum(), z)
    >>> torch.allclose(slope, potential.gradient(z), atol=1e-6)
    True
    """

    def __init__(
        self,
        channels: int,
        rank: int = 0,
        layers: int = 2,
        width: int = 0,
        kernel: int = 3,
        convex: bool = False,
        nodes: int = 1,
        horizon: float = 1.0,
        scale: float = 1.0,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        if min(channels, layers, nodes, kernel) < 1 or width < 0 or kernel % 2 == 0:
            raise InputError(
                f"Potential expects channels, layers and nodes of one or more, a width of zero or more and an odd "
                f"kernel, got {channels}, {layers}, {nodes}, {width} and {kernel}"
            )
        self.channels, self.rank, self.convex, self.nodes, self.horizon = channels, rank, convex, nodes, horizon
        self.settings: dict[str, Any] = {
            "channels": channels,
            "rank": rank,
            "layers": layers,
            "width": width,
            "kernel": kernel,
            "convex": convex,
            "nodes": nodes,
            "horizon": horizon,
        }
        wide = width or channels
        taps = kernel**rank
        require_size("Potential", nodes * wide * (taps * (channels + (layers - 1) * wide) + layers + 1), layers)
        self.scale: Tensor
        self.register_buffer("scale", torch.tensor(float(scale)))
        self.kernels = nn.ParameterList()
        self.biases = nn.ParameterList()
        for layer in range(layers):
            shape = kernel_shape(wide, wide if layer else channels, rank, kernel)
            first = random_kernel(shape, generator=generator)
            bias = torch.zeros(wide)
            if convex and layer > 0:
                # softplus of these: small positive weights whose sum over the inputs is about one
                first = torch.full(shape, _inverse_softplus(1.0 / math.prod(shape[1:]))) + 0.1 * first
                bias = torch.full((wide,), _inverse_softplus(1e-2))
            self.kernels.append(nn.Parameter(first.expand(nodes, *shape).clone()))
            self.biases.append(nn.Parameter(bias.expand(nodes, wide).clone()))
        weights = torch.full((wide,), _inverse_softplus(0.1) if convex else 0.1)
        self.weights = nn.Parameter(weights.expand(nodes, wide).clone())

    @torch.no_grad()
    def set_theta(self, kernels: Sequence[Tensor], biases: Sequence[Tensor], weights: Tensor) -> None:
        """Give K_i, b_i and q themselves, at every node; of a potential that is not kept convex."""
        if self.convex:
            raise InputError("set_theta expects a potential without convex=True, whose parameters are free")
        for own, given in zip([*self.kernels, *self.biases], [*kernels, *biases], strict=True):
            own.copy_(given.expand_as(own))
        self.weights.copy_((weights / self.scale).expand_as(self.weights))

    def at(self, time: float) -> Theta:
        """Parameters at a time t in [0, T]."""
        kernels = [at_time(k, time, self.horizon) for k in self.kernels]
        biases = [at_time(b, time, self.horizon) for b in self.biases]
        weights = at_time(self.weights, time, self.horizon)
        if self.convex:
            kernels[1:] = [functional.softplus(k) for k in kernels[1:]]
            biases[1:] = [functional.softplus(b) for b in biases[1:]]
            weights = functional.softplus(weights)
        return Theta(kernels, biases, self.scale * weights, time)

    def value(self, z: Tensor, time: float = 1.0) -> Tensor:
        """phi(z; theta, t) of each sample.

        Parameters
        ----------
        z : (batch, channels, *shape) tensor
        time : float
            t.

        Returns
        -------
        (batch,) tensor
        """
        return self.at(time).value(z)

    def gradient(self, z: Tensor, time: float = 1.0) -> Tensor:
        """Gradient of phi in z, of z's shape."""
        return self.at(time).gradient(z)


def _inverse_softplus(value: float) -> float:
    return math.log(math.expm1(value))
