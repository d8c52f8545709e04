"""Which levels of an octree share uniform cells of which width, and the engine of each: the least time of all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from geoinv.operators.prisms.dense import dense_estimate
from geoinv.operators.prisms.direct import direct_estimate
from geoinv.operators.prisms.gridded.estimate import gridded_estimate
from geoinv.operators.prisms.gridded.layout import layout_of
from geoinv.operators.prisms.levels.octree import Host, OctreeLevels
from geoinv.operators.prisms.offer import Estimate, per_second
from geoinv.operators.prisms.precorrected_fft.estimate import POINTS_A_SECOND, lattice_estimate
from geoinv.operators.prisms.precorrected_fft.plan import LatticePlan, plan_of
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["Group", "OctreePlanner"]

MOST_CELLS = 40_000_000
"""Uniform cells beyond which other ones are sure to be better."""

FINER = 3
"""How often uniform cells may be halved below the narrowest of the levels on them: near cells are fewer then."""

SAMPLE = 256
"""Stations whose near cells are counted."""

FILLED_A_SECOND = 2.5e8
"""Uniform cells a second that are filled with the values of an octree's cells, or added up."""


@dataclass(frozen=True)
class Group:
    """Levels that share uniform cells.

    Attributes
    ----------
    levels : tuple of int
        Widths of their cells, in finest cells.
    side : int
        Width of the uniform cells.
    engine : str
    estimate : Estimate
    """

    levels: tuple[int, ...]
    side: int
    engine: str
    estimate: Estimate

    @property
    def key(self) -> tuple[tuple[int, ...], int, str]:
        """What it is, whatever it costs."""
        return self.levels, self.side, self.engine


class OctreePlanner:
    """Finds the groups of levels that take the least time together.

    Costs are estimated from boxes and some of the stations. Levels in a group follow each other in width.

    Parameters
    ----------
    octree : OctreeLevels
    problem : PrismProblem
        Of the octree.
    budget : float
        Bytes for all groups together.
    applications : int
        How often all will be applied.
    """

    def __init__(self, octree: OctreeLevels, problem: PrismProblem, budget: float, applications: int) -> None:
        self._octree, self._problem = octree, problem
        self._budget, self._applications = budget, applications
        self._sample = _sampled(problem.stations)
        self._unfit: set[tuple[tuple[int, ...], int, str]] = set()
        self.host = lru_cache(maxsize=None)(octree.host)
        self._groups = lru_cache(maxsize=None)(self._made)

    def problem_of(self, group: Group) -> PrismProblem:
        """Problem over a group's uniform cells."""
        return replace(self._problem, mesh=self.host(group.levels, group.side).cells)

    def host_of(self, group: Group) -> Host:
        """Uniform cells of a group."""
        return self.host(group.levels, group.side)

    def reject(self, group: Group) -> None:
        """Never find a group again: at a closer look its engine does not serve."""
        self._unfit.add(group.key)

    def best(self) -> list[Group] | None:
        """Groups of least time within the budget, else the smallest; None where a level has no engine."""
        levels = tuple(self._octree.numbers)
        found = None
        for price in (0.0, *np.geomspace(0.1, 1e6, 15)):
            # in seconds for all of the budget, until what is found fits
            found = self._cheapest(levels, price / self._budget)
            if found is None or sum(group.estimate.memory for group in found) <= self._budget:
                break
        return found

    def _cheapest(self, levels: tuple[int, ...], price: float) -> list[Group] | None:
        best: dict[int, tuple[float, list[Group]]] = {len(levels): (0.0, [])}
        for start in reversed(range(len(levels))):
            options = []
            for stop in range(start + 1, len(levels) + 1):
                if stop not in best:
                    continue
                others, rest = best[stop]
                for group in self._groups(levels[start:stop]):
                    if group.key not in self._unfit:
                        cost = group.estimate.total + price * group.estimate.memory
                        options.append((cost + others, [group, *rest]))
            if options:
                best[start] = min(options, key=lambda option: option[0])
        return best[0][1] if 0 in best else None

    def _made(self, levels: tuple[int, ...]) -> list[Group]:
        """Every way to apply some levels together that may be worth it."""
        limit = np.inf
        if len(levels) > 1:
            # what they cost one by one
            alone = [[group.estimate.total for group in self._groups((level,))] for level in levels]
            limit = sum(min(costs, default=np.inf) for costs in alone)
        groups: list[Group] = []
        for halvings in range(FINER + 1):
            side = levels[0] >> halvings
            if side < 1 or np.prod(self._octree.extent(levels, side)[1], dtype=float) > MOST_CELLS:
                break
            least = min([limit, *(group.estimate.total for group in groups)])
            if self._least(levels, side) < least or levels == (side,):
                groups += self._on(levels, side)
        return groups

    def _on(self, levels: tuple[int, ...], side: int) -> Iterator[Group]:
        """Engines for uniform cells of one width."""
        cells = self.host(levels, side).cells
        problem, filling = replace(self._problem, mesh=cells), cells.size / FILLED_A_SECOND
        sampled, every = replace(problem, stations=self._sample), len(problem.stations)
        plan = plan_of(sampled)
        if isinstance(plan, LatticePlan):
            estimate = lattice_estimate(problem, _for_all(plan, every), self._applications)
            yield self._group(levels, side, "lattice", estimate, filling)
        layout = layout_of(problem) if self._level else ""
        if not isinstance(layout, str):
            estimates = [gridded_estimate(problem, layout, again, self._applications) for again in (False, True)]
            fitting = [estimate for estimate in estimates if estimate.memory <= self._budget] or estimates[1:]
            least = min(fitting, key=lambda estimate: estimate.total)
            yield self._group(levels, side, "gridded", least, filling)
        if levels == (side,):
            yield self._group(levels, side, "dense", dense_estimate(problem, self._applications), filling)
            direct = direct_estimate(sampled)
            seconds = direct.apply * every / len(self._sample)
            direct = replace(direct, apply=seconds, applications=self._applications)
            yield self._group(levels, side, "direct", direct, filling)

    def _group(self, levels: tuple[int, ...], side: int, engine: str, estimate: Estimate, filling: float) -> Group:
        return Group(levels, side, engine, replace(estimate, apply=estimate.apply + filling))

    @cached_property
    def _level(self) -> bool:
        """Whether stations lie at one height, which convolutions of layers ask for."""
        upward = self._problem.stations[:, 2]
        return bool(np.ptp(upward) <= 4.0 * np.spacing(np.abs(upward).max()))

    def _least(self, levels: tuple[int, ...], side: int) -> float:
        """Seconds that the transforms take alone."""
        if self._level:
            return 0.0
        _, shape = self._octree.extent(levels, side)
        spans = np.ptp(self._problem.stations, axis=0)[::-1] / np.array(self._octree.spacing(side))
        points = float(np.prod(np.array(shape) + spans))
        return self._applications * points / per_second(POINTS_A_SECOND)


def _sampled(stations: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Some stations, those at the ends of each axis among them."""
    if len(stations) <= SAMPLE:
        return stations
    some = np.random.default_rng(0).choice(len(stations), SAMPLE, replace=False)
    ends = [stations.argmin(axis=0), stations.argmax(axis=0)]
    return np.asarray(stations[np.unique(np.concatenate([some, *ends]))])


def _for_all(plan: LatticePlan, count: int) -> LatticePlan:
    """Plan as if all stations were like those it was made for, over and over."""
    index = np.resize(np.arange(plan.order.size), count)
    return replace(
        plan,
        order=index,
        cells=plan.cells[index],
        offsets=plan.offsets[index],
        layers=plan.layers[index],
        counts=plan.counts[index],
    )
