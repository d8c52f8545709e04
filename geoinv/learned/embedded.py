"""What OPTEnet and EUnet share: an embedding, steps scaled to A E, and the start z_0 = alpha E'A'b."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from geoinv.checks import InputError, shape_text
from geoinv.learned.embedding import DictionaryEmbedding, Embedding
from geoinv.learned.unrolled import Steps, UnrolledNetwork, largest_eigenvalue

__all__ = ["EmbeddedNetwork"]


class EmbeddedNetwork(UnrolledNetwork):
    """An unrolled network whose unknowns are z, with x = E z.

    Attributes
    ----------
    embedding : Embedding
        E.
    steps : Steps
        h_j, which start at 1 / |A E|^2.
    start : Steps
        alpha, the same.
    data_curvature : float
        ``|A E|^2`` of the first E: the scale on which the learned potential starts.
    """

    embedding: Embedding
    steps: Steps
    start: Steps
    data_curvature: float

    def set_up(self, embedding: Embedding, generator: Generator) -> None:
        """Take an embedding, and scale the steps to it.

        Raises
        ------
        InputError
            If it does not give the operator's models.
        """
        if isinstance(embedding, DictionaryEmbedding):
            given = embedding.dictionary.range_shape
            if given != self.layout.domain_shape or self.layout.channels != 1 or not self.layout.rank:
                raise InputError(
                    f"{self.name} expects a dictionary of pictures or volumes of shape "
                    f"{shape_text(self.layout.domain_shape)} with one channel, got one of {shape_text(given)}"
                )
        self.embedding = embedding
        kernel = embedding.at(0.0)
        spatial = self.layout.domain_shape if self.layout.rank else ()
        data = torch.zeros(1, self.layout.channels, *self.layout.range_shape)

        def normal(z: Tensor) -> Tensor:
            return embedding.adjoint(self.misfit_gradient(embedding(z, kernel), data), kernel)

        self.data_curvature = largest_eigenvalue(normal, (1, embedding.embedded, *spatial), generator)
        self.steps = Steps(self.layers, 1.0 / self.data_curvature)
        self.start = Steps(1, 1.0 / self.data_curvature)

    def first_unknowns(self, data: Tensor, kernel: Tensor | None) -> Tensor:
        """z_0 = alpha E'A'b."""
        return self.start.at(0.0) * self.embedding.adjoint(self.back_project(data), kernel)
