"""An octree level by level, each by one and the same engine on uniform cells of its own width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from geoinv.meshes.base import CubicCells
from geoinv.operators.prisms.levels.embedding import Embedding
from geoinv.operators.prisms.levels.engine import LevelsEngine, Part
from geoinv.operators.prisms.levels.octree import OctreeLevels
from geoinv.operators.prisms.offer import Estimate, Offer, Refusal
from geoinv.operators.prisms.problem import Engine, PrismProblem

__all__ = ["offer_by_level"]


def offer_by_level(
    cost: Callable[[PrismProblem, float, int], Offer | Refusal],
    problem: PrismProblem,
    octree: CubicCells,
    budget: float,
    applications: int,
) -> Offer | Refusal:
    """Cost of an engine of uniform cells for all levels of an octree.

    It asks for no plan and mixes no engines, so that what is summed is what the engine's name says. The diagonal is
    that engine's own, as exact as the engine.

    Parameters
    ----------
    cost : callable
        What the engine offers for a problem over uniform cells.
    problem : PrismProblem
        Over the octree.
    octree : CubicCells
        Its mesh.
    budget : float
        Bytes.
    applications : int
        How often it will be applied.
    """
    levels = OctreeLevels(octree)
    parts: list[Part] = []
    estimates: list[Estimate] = []
    for level in levels.numbers:
        host = levels.host((level,), level)
        cells = replace(problem, mesh=host.cells)
        answer = cost(cells, budget, applications)
        if isinstance(answer, Refusal):
            return answer
        parts.append(Part(cells, host.embedding, answer.build, embedded=False))
        estimates.append(answer.estimate)
    memory, build, apply = (sum(getattr(e, name) for e in estimates) for name in ("memory", "build", "apply"))
    diagonal = partial(_diagonal, problem, [part.embedding for part in parts])
    return Offer(Estimate(memory, build, apply, applications), partial(LevelsEngine, problem, parts, diagonal))


def _diagonal(
    problem: PrismProblem,
    embeddings: Sequence[Embedding],
    squared_weights: npt.NDArray[np.float64],
    engines: Sequence[Engine],
) -> npt.NDArray[np.float64]:
    """Diagonal (unknowns, cells); each cell is one uniform cell of its level."""
    diagonal = np.zeros((problem.unknowns, problem.mesh.size))
    for embedding, engine in zip(embeddings, engines, strict=True):
        embedding.add(engine.gram_diagonal(squared_weights)[None], diagonal[None])
    return diagonal
