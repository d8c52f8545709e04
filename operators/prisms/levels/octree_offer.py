"""What an octree would cost: groups of levels on uniform cells, and weights by level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from geoinv.meshes.base import CubicCells
from geoinv.operators.prisms import dense, direct
from geoinv.operators.prisms.gridded import estimate as gridded
from geoinv.operators.prisms.levels.engine import LevelsEngine, Part
from geoinv.operators.prisms.levels.octree import OctreeLevels
from geoinv.operators.prisms.levels.planner import Group, OctreePlanner
from geoinv.operators.prisms.offer import Estimate, Offer, Refusal
from geoinv.operators.prisms.precorrected_fft import estimate as precorrected_fft
from geoinv.operators.prisms.problem import Engine, PrismProblem

__all__ = ["octree_offer"]

ENGINES = {"lattice": precorrected_fft.offer, "gridded": gridded.offer, "dense": dense.offer, "direct": direct.offer}
"""What serves uniform cells."""

DIAGONAL_RTOL = 1e-3
"""Tolerance of the direct sums of a diagonal, of which weights take the fourth root."""


def octree_offer(problem: PrismProblem, octree: CubicCells, budget: float, applications: int) -> Offer | Refusal:
    """Cost of the cheapest groups of levels.

    Parameters
    ----------
    problem : PrismProblem
        Over the octree.
    octree : CubicCells
        Its mesh.
    budget : float
        Bytes for all parts together.
    applications : int
        How often it will be applied.
    """
    levels = OctreeLevels(octree)
    planner = OctreePlanner(levels, problem, budget, applications)

    def confirmed() -> Offer | Refusal:
        while (groups := planner.best()) is not None:
            offers = {group: _confirmed(planner, group, budget, applications) for group in groups}
            rejected = [group for group, answer in offers.items() if isinstance(answer, Refusal)]
            for group in rejected:
                planner.reject(group)
            if not rejected:
                held = {group: answer for group, answer in offers.items() if isinstance(answer, Offer)}
                return _offer_of(problem, levels, planner, held, applications)
        return Refusal("no engine serves the cells of some level")

    groups = planner.best()
    if groups is None:
        return Refusal("no engine serves the cells of some level")
    estimate = _sum([group.estimate for group in groups], applications)
    return Offer(estimate, lambda: _built(confirmed()), {"groups": tuple(group.key for group in groups)}, confirmed)


def _built(answer: Offer | Refusal) -> Engine:
    if isinstance(answer, Refusal):
        raise TypeError(answer.clause)
    return answer.build()


def _confirmed(planner: OctreePlanner, group: Group, budget: float, applications: int) -> Offer | Refusal:
    answer = ENGINES[group.engine](planner.problem_of(group), budget, applications)
    return answer.confirm() if isinstance(answer, Offer) and answer.confirm is not None else answer


def _offer_of(
    problem: PrismProblem,
    levels: OctreeLevels,
    planner: OctreePlanner,
    offers: Mapping[Group, Offer],
    applications: int,
) -> Offer:
    parts = [
        Part(planner.problem_of(group), planner.host_of(group).embedding, offer.build, embedded=False)
        for group, offer in offers.items()
    ]
    diagonal = partial(_diagonal, problem, levels, tuple(offers))
    estimate = _sum([offer.estimate for offer in offers.values()], applications)
    settings = {"groups": tuple(group.key for group in offers)}
    return Offer(estimate, partial(LevelsEngine, problem, parts, diagonal), settings)


def _sum(estimates: Sequence[Estimate], applications: int) -> Estimate:
    memory, build, apply = (sum(getattr(e, name) for e in estimates) for name in ("memory", "build", "apply"))
    return Estimate(memory, build, apply, applications)


def _diagonal(
    problem: PrismProblem,
    levels: OctreeLevels,
    groups: Sequence[Group],
    squared_weights: npt.NDArray[np.float64],
    engines: Sequence[Engine],
) -> npt.NDArray[np.float64]:
    """Diagonal (unknowns, cells), of each level on uniform cells of its own width."""
    made = zip(groups, engines, strict=True)
    own = {group.side: engine for group, engine in made if group.levels == (group.side,)}
    diagonal = np.zeros((problem.unknowns, problem.mesh.size))
    for level in levels.numbers:
        host = levels.host((level,), level)
        cells = replace(problem, mesh=host.cells)
        engine = own[level] if level in own else _cheapest(cells)
        host.embedding.add(engine.gram_diagonal(squared_weights)[None], diagonal[None])
    return diagonal


def _cheapest(problem: PrismProblem) -> Engine:
    """Engine that makes the diagonal of uniform cells in the least time."""
    sums = replace(problem, rtol=max(DIAGONAL_RTOL, problem.rtol or 0.0))
    offers = [direct.offer(sums, np.inf, 1), gridded.offer(problem, np.inf, 1)]
    lattice = precorrected_fft.offer(problem, np.inf, 1)
    offers.append(lattice.confirm() if isinstance(lattice, Offer) and lattice.confirm is not None else lattice)
    return min((o for o in offers if isinstance(o, Offer)), key=lambda offer: offer.estimate.total).build()
