"""What OPTEnet and EUnet share: E and phi, steps scaled to A E, and the start z_0 = alpha E'A'b."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Generator, Tensor

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, shape_text
from geoinv.learned.layers.embedding import DictionaryEmbedding, Embedding, IdentityEmbedding
from geoinv.learned.layers.potential import Potential
from geoinv.learned.networks.unrolled import UnrolledNetwork

__all__ = ["EmbeddedNetwork"]


class EmbeddedNetwork(UnrolledNetwork):
    """An unrolled network whose unknowns are z, with x = E z.

    Attributes
    ----------
    embedding : Embedding
        E.
    potential : Potential
        phi.
    data_curvature : float
        ``|A E|^2`` of the first E: the scale on which the learned potential starts.
    """

    embedding: Embedding
    potential: Potential
    data_curvature: float

    def set_up(
        self,
        embedding: int | LinearOperator,
        learned: Callable[[int, int], Embedding],
        potential: dict[str, Any],
        generator: Generator,
    ) -> None:
        """Choose E, scale the steps to it, and put phi over its unknowns.

        Parameters
        ----------
        embedding : int or LinearOperator
            Unknowns of a learned E, 0 for none, or a dictionary.
        learned : callable
            Makes a learned E of (model channels, unknowns).
        potential : dict
            Arguments of :class:`geoinv.learned.layers.potential.Potential`.
        generator : torch.Generator
            Of the first weights.

        Raises
        ------
        InputError
            If E does not give the operator's models.
        """
        chosen: Embedding
        if isinstance(embedding, LinearOperator):
            chosen = DictionaryEmbedding(embedding)
        elif embedding == 0:
            chosen = IdentityEmbedding(self.layout.model_channels)
        else:
            chosen = learned(self.layout.model_channels, embedding)
        self._scale_to(chosen, generator)
        self.potential = Potential(
            chosen.embedded, self.layout.rank, scale=self.data_curvature, generator=generator, **potential
        )

    def _scale_to(self, embedding: Embedding, generator: Generator) -> None:
        """Take E, and start the steps at 1 / |A E|^2."""
        if isinstance(embedding, DictionaryEmbedding):
            given = embedding.dictionary.range_shape
            if given != self.layout.domain_shape or self.layout.channels != 1 or not self.layout.rank:
                raise InputError(
                    f"{self.name} expects a dictionary of images or volumes of shape "
                    f"{shape_text(self.layout.domain_shape)} with one channel, got one of {shape_text(given)}"
                )
        self.embedding = embedding
        kernel = embedding.at(0.0)

        def normal(z: Tensor) -> Tensor:
            return embedding.adjoint(self.normal(embedding(z, kernel)), kernel)

        self.data_curvature = self.start_steps(normal, embedding.embedded, generator)

    def first_unknowns(self, data: Tensor, kernel: Tensor | None) -> Tensor:
        """z_0 = alpha E'A'b."""
        return self.start.at(0.0) * self.embedding.adjoint(self.back_project(data), kernel)
