"""Which engine applies an operator of prisms: the one rule, its estimates and its refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numba
import numpy as np

from geoinv.core.checks import InputError
from geoinv.core.memory import SHARE, available_memory, bytes_text
from geoinv.operators.prisms.dense import dense_bytes
from geoinv.operators.prisms.direct import direct_estimate
from geoinv.operators.prisms.estimate import APPLICATIONS, Estimate
from geoinv.operators.prisms.gridded.engine import gridded_bytes
from geoinv.operators.prisms.gridded.layout import GriddedLayout, layout_of
from geoinv.operators.prisms.gridded.rounding import precise_layout
from geoinv.operators.prisms.precorrected_fft.estimate import lattice_estimate
from geoinv.operators.prisms.precorrected_fft.margin import assured_plan
from geoinv.operators.prisms.precorrected_fft.plan import LatticePlan, plan_of
from geoinv.operators.prisms.problem import LEAST_RTOL, PrismProblem
from geoinv.operators.prisms.rounding import prism_rounding

__all__ = ["ENGINES", "Choice", "choose"]

ENGINES = ("direct", "gridded", "lattice", "dense")

CONDITIONS = {
    "gridded": "a regular survey over regular cells and a moderate rtol",
    "dense": "cells that are not too far away",
    "direct": "cells that are not too far away, or an rtol",
    "lattice": "cells of one size, a moderate rtol and many stations, not far apart",
}
"""What the engines ask for that do not apply everywhere."""

MOST_ROUNDING = 1e-3
"""Rounding of exact prisms beyond which they are refused where no tolerance is named."""

VALUES_A_SECOND = 1.7e7
"""Kernel values a second and core (Xeon, 2.1 GHz, AVX-512) on the way to a matrix or a table, written to memory."""

BYTES_A_SECOND = 2.2e10
"""Memory traffic a second of all cores, for matrix products; twice as much where the matrix stays in a cache."""

TRANSFORM_POINTS_A_SECOND = {4: 1.5e8, 8: 1.0e8}
"""Padded points a second and core through a real transform and its product, by bytes of a number."""


@dataclass(frozen=True)
class Choice:
    """Engine that was chosen, why, and what it is expected to cost.

    Attributes
    ----------
    engine, reason : str
    estimate : Estimate
    recompute : bool
        Whether the kernel is evaluated at every application (gridded only): for want of memory, or because there
        is one application only.
    plan : LatticePlan, optional
        Lattice and near cells that the estimate was made for (lattice only).
    layout : GriddedLayout, optional
        Layout and precision that the estimate was made for (gridded only).
    """

    engine: str
    reason: str
    estimate: Estimate
    recompute: bool = False
    plan: LatticePlan | None = field(default=None, repr=False, compare=False)
    layout: GriddedLayout | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        """Two lines for print(A)."""
        return f"engine {self.engine}: {self.reason}\nexpected: {self.estimate}"


@dataclass(frozen=True)
class _Offers:
    """What each engine would cost, and why the others do not apply."""

    costs: dict[str, Estimate]
    refusals: dict[str, str]
    details: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, problem: PrismProblem, budget: float, applications: int, engines: Sequence[str] = ENGINES) -> _Offers:
        costs: dict[str, Estimate] = {}
        refusals: dict[str, str] = {}
        details: dict[str, dict[str, Any]] = {}
        if "direct" in engines:
            costs["direct"] = replace(direct_estimate(problem), applications=applications)
        rounded = _rounding(problem, engines)
        if rounded is not None:
            if problem.rtol is None:
                return cls({}, dict.fromkeys(engines, rounded), details)
            return cls(costs, {name: rounded for name in engines if name != "direct"}, details)
        if "dense" in engines:
            costs["dense"] = replace(_dense(problem), applications=applications)
        if "gridded" in engines:
            layout = _layout(problem, budget)
            if isinstance(layout, str):
                refusals["gridded"] = layout
            else:
                stored, frugal = (
                    replace(_gridded(problem, layout, recompute), applications=applications)
                    for recompute in (False, True)
                )
                recompute = frugal.memory < stored.memory and (stored.memory > budget or frugal.total <= stored.total)
                costs["gridded"] = frugal if recompute else stored
                details["gridded"] = {"layout": layout, "recompute": recompute}
        if "lattice" in engines:
            plan = plan_of(problem)
            if not isinstance(plan, str):
                cost = replace(lattice_estimate(problem, plan), applications=applications)
                rivals = [rival.total for rival in costs.values() if rival.memory <= budget]
                # a plan with a margin costs no less: not worth its making where another engine is better anyway
                if cost.memory <= budget and cost.total < min(rivals, default=np.inf):
                    plan = assured_plan(problem, plan)
            if isinstance(plan, str):
                refusals["lattice"] = plan
            else:
                cost = replace(lattice_estimate(problem, plan), applications=applications)
                costs["lattice"], details["lattice"] = cost, {"plan": plan}
        return cls(costs, refusals, details)

    def fitting(self, budget: float) -> dict[str, Estimate]:
        """Engines that fit the budget."""
        return {name: cost for name, cost in self.costs.items() if cost.memory <= budget}

    def taken(self, engine: str, reason: str) -> Choice:
        """Choice of one of the engines."""
        return Choice(engine, reason, self.costs[engine], **self.details.get(engine, {}))


def choose(problem: PrismProblem, engine: str, memory_budget: float | None, applications: int = APPLICATIONS) -> Choice:
    """Choose the engine.

    The rule: of the engines that apply to the geometry and fit the memory budget, the one with the
    least predicted time for building it and for the given number of applications. Gridded applies
    where cells are uniform along easting and northing, stations lie at one height and whole cells
    apart; lattice where cells are uniform along all axes and interpolation reaches the tolerance.
    All but direct ask for a tolerance above the rounding of far prisms, which without one is a thousandth at most for
    every engine, gridded above that of its
    transforms, lattice for stations that no cell's field vanishes at.
    The budget is half of the memory that is free now, unless given. A named engine is taken if it
    applies and fits.

    Raises
    ------
    InputError
        If the named engine does not apply, or nothing fits; with the bytes each would need.
    """
    budget = SHARE * available_memory() if memory_budget is None else float(memory_budget)
    refused = None
    if engine != "auto":
        offer = _Offers.of(problem, budget, applications, [engine])
        if engine in offer.fitting(budget):
            return offer.taken(engine, "named by the caller")
        refused = offer.refusals.get(engine)
    offers = _Offers.of(problem, budget, applications)
    fitting = offers.fitting(budget)
    if refused is not None:
        raise InputError(
            f"engine={engine!r} expects {CONDITIONS[engine]}, but {refused}; "
            f"engines that fit: {', '.join(name for name in fitting if name != engine) or 'none'}"
        )
    if engine != "auto" or not fitting:
        needs = ", ".join(f"{name} needs {bytes_text(cost.memory)}" for name, cost in offers.costs.items())
        raise InputError(
            f"{problem.owner} expects to fit in {bytes_text(budget)} of memory, but {needs}; "
            f"engines that fit: {', '.join(fitting) or 'none, use fewer cells or stations'}"
        )
    best = min(fitting, key=lambda name: fitting[name].total)
    others = [f"{name} {cost.total:.2g} s" for name, cost in fitting.items() if name != best]
    others += [
        f"{name} does not fit ({bytes_text(cost.memory)})" for name, cost in offers.costs.items() if name not in fitting
    ]
    others += [f"{name} does not apply ({why})" for name, why in offers.refusals.items()]
    count = "1 application" if applications == 1 else f"{applications} applications"
    reason = f"least time for {count}, {fitting[best].total:.2g} s; {', '.join(others)}"
    return offers.taken(best, reason)


def _dense(problem: PrismProblem) -> Estimate:
    width = problem.components * problem.unknowns
    entries = float(len(problem.stations)) * int(problem.cells.active.sum()) * width
    values = float(len(problem.stations)) * problem.cells.size * width
    apply = entries * problem.storage.itemsize / BYTES_A_SECOND
    return Estimate(float(dense_bytes(problem)), values / _rate(VALUES_A_SECOND), apply)


def _rounding(problem: PrismProblem, engines: Sequence[str]) -> str | None:
    """Clause that says why exact prisms do not serve, where the rounding of far ones is above the tolerance."""
    tolerated = MOST_ROUNDING if problem.rtol is None else problem.rtol
    if problem.rtol is None and problem.storage == np.float32 and list(engines) == ["gridded"]:
        tolerated = LEAST_RTOL["float32"]  # which no rtol means there
    error = prism_rounding(problem, tolerated)
    if error <= tolerated:
        return None
    clause = f"prisms round in float64 to {error:.1g} of what the furthest cells give"
    if problem.rtol is None:
        return f"{clause}: give an rtol, with which direct holds at any distance"
    return f"{clause}, above rtol {problem.rtol:g}"


def _layout(problem: PrismProblem, budget: float) -> GriddedLayout | str:
    """Layout in the precision that it needs, or the clause that says why gridded does not apply."""
    layout = layout_of(problem)
    if isinstance(layout, str) or gridded_bytes(problem, layout, recompute=True) > budget:
        return layout
    return precise_layout(problem, layout)


def _gridded(problem: PrismProblem, layout: GriddedLayout, recompute: bool) -> Estimate:
    points = float(np.prod(layout.padded)) * problem.cells.shape[0]
    build = points * problem.components * problem.unknowns / _rate(VALUES_A_SECOND)
    # one transform an unknown, and one spectrum read a component: about alike
    products = points * problem.unknowns * (0.5 + 0.5 * problem.components)
    apply = products / _rate(TRANSFORM_POINTS_A_SECOND[layout.precision.itemsize])
    memory = float(gridded_bytes(problem, layout, recompute))
    return Estimate(memory, 0.0, apply + build) if recompute else Estimate(memory, build, apply)


def _rate(per_core: float) -> float:
    return per_core * float(numba.get_num_threads())
