"""EUnet, equation 3.8 of arXiv 2402.04653: an embedded gradient flow whose embedding and potential change with time."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

from torch import Tensor

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, InputWarning
from geoinv.learned.layers.embedding import Embedding, HyperEmbedding
from geoinv.learned.layers.normalisation import Normalisation
from geoinv.learned.networks.embedded import EmbeddedNetwork
from geoinv.learned.networks.unrolled import seeded

__all__ = ["EUnet"]


class EUnet(EmbeddedNetwork):
    """Steps through the flow (3.9, 3.10) on a fixed time [0, 1], with E(t), theta(t) and h(t) learned.

    ::

        z_{j+1} = z_j - h_j E_j'A'(A E_j z_j - b) - h_j grad phi(z_j; theta_j, t_j),   x = E(1) z_L,   t_j = j / L

    theta and h are free at the times of the layers trained with and linear in between; E(t) is the
    hypernetwork ``W2 tanh(t W1 + c)``. :attr:`layers` may be set after a training that drew them
    (``TrainingSettings(layers=(4, 8, 16))``), to take more or fewer steps; the weights of any other training belong to
    the layers trained with.

    Parameters
    ----------
    A, embedding, channels, layers, potential_layers, width, kernel, convex, dense, seed, normalisation
        As in :class:`geoinv.learned.OPTEnet`.
    hidden : int
        Size of the hypernetwork of E.

    Examples
    --------
    >>> import torch
    >>> from geoinv.operators import TotalTime
    >>> net = EUnet(TotalTime(), embedding=16, layers=4)
    >>> len(net.trajectory(torch.zeros(7, 1)))
    5
    """

    layers_may_change = True

    def __init__(
        self,
        A: LinearOperator,
        embedding: int | LinearOperator = 64,
        channels: int = 1,
        layers: int = 8,
        potential_layers: int = 2,
        width: int = 0,
        kernel: int = 3,
        hidden: int = 4,
        convex: bool = False,
        dense: bool = False,
        seed: int = 0,
        normalisation: Normalisation | None = None,
    ) -> None:
        super().__init__(A, channels, layers, dense, normalisation)
        if hidden < 1:
            raise InputError(f"EUnet expects hidden of one or more, got {hidden}")
        generator = seeded(seed)

        def learned(channels: int, unknowns: int) -> Embedding:
            return HyperEmbedding(channels, unknowns, self.layout.rank, kernel, hidden, generator)

        potential = {"layers": potential_layers, "width": width, "kernel": kernel, "convex": convex}
        self.settings = {
            "embedding": "dictionary" if isinstance(embedding, LinearOperator) else embedding,
            "channels": channels,
            "layers": layers,
            "potential_layers": potential_layers,
            "width": width,
            "kernel": kernel,
            "hidden": hidden,
            "convex": convex,
            "dense": dense,
        }
        self.trained_layers = layers
        self.set_up(embedding, learned, {**potential, "nodes": layers}, generator)

    @property
    def layers(self) -> int:
        """Steps L over the time [0, 1]."""
        return self._layers

    @layers.setter
    def layers(self, layers: int) -> None:
        self._check_layers(layers)
        # more and shorter steps than were ever drawn follow the same flow; other numbers were not tried
        good = layers in self.drawn_layers or layers > max(self.drawn_layers, default=layers)
        if not good and (self.drawn_layers or layers != self.trained_layers):
            warnings.warn(
                f"EUnet expects the {self._numbers()} of its weights, got {layers}; its models may be far off: draw "
                "layers in training (TrainingSettings(layers=(4, 8, 16)), for example) to change them afterwards",
                InputWarning,
                stacklevel=2,
            )
        self._layers = layers

    def _numbers(self) -> str:
        """Numbers of layers that its weights are good for, for a reader."""
        if not self.drawn_layers:
            return f"{self.trained_layers} layers"
        return f"{', '.join(map(str, sorted(self.drawn_layers)))} layers or more"

    def models(self, data: Tensor) -> Iterator[Tensor]:
        """Models x after 0 ... L steps, each made by the E of its time."""
        shorter = self.trained_layers / self.layers
        z = self.first_unknowns(data, self.embedding.at(0.0))
        for j in range(self.layers):
            time = j / self.layers
            kernel = self.embedding.at(time)
            x = self.embedding(z, kernel)
            yield x
            pull = self.embedding.adjoint(self.misfit_gradient(x, data), kernel)
            z = z - shorter * self.steps.at(time) * (pull + self.potential.at(time).gradient(z))
        yield self.embedding(z, self.embedding.at(1.0))
