"""OPTEnet, equation 3.7 of arXiv 2402.04653: descent on one learned objective in an over-complete space."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.learned.layers.embedding import Embedding, LearnedEmbedding
from geoinv.learned.layers.normalisation import Normalisation
from geoinv.learned.networks.embedded import EmbeddedNetwork
from geoinv.learned.networks.unrolled import seeded

__all__ = ["OPTEnet"]


class OPTEnet(EmbeddedNetwork):
    """Gradient descent on ``1/2 |A E z - b|^2 + phi(z; theta)``, with E, theta and the steps learned.

    ::

        z_{j+1} = z_j - h_j E'A'(A E z_j - b) - h_j grad phi(z_j; theta),   x = E z_L,   z_0 = alpha E'A'b

    Parameters
    ----------
    A : LinearOperator
        The physics.
    embedding : int or LinearOperator
        Unknowns for each cell and channel of an image or volume, or all unknowns of a vector: the
        size of the learned E; 0 is no embedding; or a fixed dictionary (see :mod:`geoinv.embeddings.dictionaries`).
    channels : int
        Images of a sample that A maps one by one, such as colours.
    layers : int
        L.
    potential_layers : int
        n of (4.1).
    width : int
        Channels within phi; 0 is as many as z has.
    kernel : int
        Odd size of the convolutions.
    convex : bool
        Keep phi convex in z.
    dense : bool
        Treat the model as one vector, whatever its shape.
    seed : int
        Of the first weights.
    normalisation : Normalisation, optional
        Units in which the steps count (:mod:`geoinv.learned.layers.normalisation`).

    Examples
    --------
    >>> import torch
    >>> from geoinv.operators import TotalTime
    >>> net = OPTEnet(TotalTime(), embedding=16, layers=4)
    >>> net(torch.zeros(7, 1)).shape
    torch.Size([7, 2])
    """

    def __init__(
        self,
        A: LinearOperator,
        embedding: int | LinearOperator = 64,
        channels: int = 1,
        layers: int = 8,
        potential_layers: int = 2,
        width: int = 0,
        kernel: int = 3,
        convex: bool = False,
        dense: bool = False,
        seed: int = 0,
        normalisation: Normalisation | None = None,
    ) -> None:
        super().__init__(A, channels, layers, dense, normalisation)
        generator = seeded(seed)

        def learned(channels: int, unknowns: int) -> Embedding:
            return LearnedEmbedding(channels, unknowns, self.layout.rank, kernel, generator)

        potential = {"layers": potential_layers, "width": width, "kernel": kernel, "convex": convex}
        self.settings = {
            "embedding": "dictionary" if isinstance(embedding, LinearOperator) else embedding,
            "channels": channels,
            "layers": layers,
            "potential_layers": potential_layers,
            "width": width,
            "kernel": kernel,
            "convex": convex,
            "dense": dense,
        }
        self.set_up(embedding, learned, potential, generator)

    def models(self, data: Tensor) -> Iterator[Tensor]:
        """Models x after 0 ... L steps."""
        kernel = self.embedding.at(1.0)
        theta = self.potential.at(1.0)
        steps = self.steps.all()
        z = self.first_unknowns(data, kernel)
        for j in range(self.layers):
            x = self.embedding(z, kernel)
            yield x
            pull = self.embedding.adjoint(self.misfit_gradient(x, data), kernel)
            z = z - steps[j] * (pull + theta.gradient(z))
        yield self.embedding(z, kernel)
