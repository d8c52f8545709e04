"""Levels engine: a padded tensor mesh or an octree as a sum over parts of uniform cells, each with its own engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.operators.prisms.levels.contacts import InnerContacts, inner_contacts
from geoinv.operators.prisms.levels.embedding import Embedding
from geoinv.operators.prisms.problem import Engine, PrismProblem

__all__ = ["LevelsEngine", "Part"]


@dataclass(frozen=True)
class Part:
    """Cells of a mesh on one uniform grid.

    Attributes
    ----------
    problem : PrismProblem
        The uniform cells, those active that the part's cells are made of.
    embedding : Embedding
        Between the mesh's cells and the uniform ones.
    build : callable
        Makes the part's engine.
    embedded : bool
        Whether that engine takes models of the mesh as they are, and embeds them itself.
    """

    problem: PrismProblem
    embedding: Embedding
    build: Callable[[], Engine]
    embedded: bool


class LevelsEngine:
    """Sum over parts of uniform cells: ``A = sum of A_part P_part``, P of zeros and ones.

    A cell that is a whole number of uniform ones along each axis has exactly the sum of their fields. So a padded
    tensor mesh is one uniform grid, and the levels of an octree are some, each applied by the engine that is best for
    it.

    Parameters
    ----------
    problem : PrismProblem
        The mesh's cells.
    parts : sequence of Part
        Whose cells together are the active ones of the mesh, each once.
    diagonal : callable
        Returns the diagonal of A' W^2 A (unknowns, cells) for w^2 (components, stations) and the parts' engines.
    """

    def __init__(
        self,
        problem: PrismProblem,
        parts: Sequence[Part],
        diagonal: Callable[[npt.NDArray[np.float64], Sequence[Engine]], npt.NDArray[np.float64]],
    ) -> None:
        self.problem, self.parts, self._diagonal = problem, tuple(parts), diagonal
        self.engines: tuple[Engine, ...] = tuple(part.build() for part in parts)
        self._contacts: list[InnerContacts] = [inner_contacts(part.problem, part.embedding.owner) for part in parts]

    def forward(self, models: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Data (batch, components, stations) of models (batch, unknowns, *cells)."""
        data = np.zeros((len(models), *self.problem.range_shape))
        for number in range(len(models)):
            one = slice(number, number + 1)
            model = models[one]
            flat = model.reshape(*model.shape[:2], -1)
            for part, engine, contacts in self._applied():
                given = model if part.embedded else part.embedding.expand(flat, part.problem.storage)
                data[one] += engine.forward(given)
                contacts.forward(model, data[one])
        return data

    def adjoint(self, data: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Transpose of :meth:`forward`."""
        models = np.zeros((len(data), self.problem.unknowns, *self.problem.mesh.shape))
        for number in range(len(data)):
            one = slice(number, number + 1)
            model = models[one]
            for part, engine, contacts in self._applied():
                gradient = engine.adjoint(data[one])
                if part.embedded:
                    model += gradient
                else:
                    part.embedding.add(gradient, model.reshape(*model.shape[:2], -1))
                contacts.adjoint(data[one], model)
        return models

    def _applied(self) -> Iterator[tuple[Part, Engine, InnerContacts]]:
        return zip(self.parts, self.engines, self._contacts, strict=True)

    def gram_diagonal(self, squared_weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Diagonal of A' W^2 A (unknowns, *cells) for w^2 (components, stations), of each cell as one prism."""
        diagonal = self._diagonal(squared_weights, self.engines)
        return diagonal.reshape(self.problem.unknowns, *self.problem.mesh.shape)
