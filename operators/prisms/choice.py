"""Which engine applies an operator of prisms: the one rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from geoinv.core.checks import InputError
from geoinv.core.memory import SHARE, available_memory, bytes_text
from geoinv.meshes.tensor import Grid
from geoinv.operators.prisms.engines import ENGINES
from geoinv.operators.prisms.offer import APPLICATIONS, Estimate, Offer, Refusal
from geoinv.operators.prisms.problem import Engine, PrismProblem

__all__ = ["Choice", "choose"]


@dataclass(frozen=True)
class Choice:
    """Engine that was chosen, why, and what it is expected to cost.

    Attributes
    ----------
    engine, reason : str
    offer : Offer
        What the engine offered.
    """

    engine: str
    reason: str
    offer: Offer

    @property
    def estimate(self) -> Estimate:
        """What the engine is expected to cost."""
        return self.offer.estimate

    @property
    def build(self) -> Callable[[], Engine]:
        """Makes the engine."""
        return self.offer.build

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the engine has settled for: a plan, a layout."""
        return self.offer.settings

    def __str__(self) -> str:
        """Two lines for print(A)."""
        return f"engine {self.engine}: {self.reason}\nexpected: {self.estimate}"


def choose(problem: PrismProblem, engine: str, memory_budget: float | None, applications: int = APPLICATIONS) -> Choice:
    """Choose the engine.

    The rule: of the engines that apply to the geometry and fit the memory budget, the one with the
    least predicted time for building it and for the given number of applications. Gridded applies
    where cells are uniform along easting and northing, stations lie at one height and whole cells
    apart; lattice where cells are uniform along all axes and interpolation reaches the tolerance.
    All but direct ask for a tolerance above the rounding of far prisms, which without one is a thousandth at most for
    every engine, gridded above that of its
    transforms, lattice for stations that no cell's field vanishes at.
    On an octree levels weighs direct and dense for each level; for all of them together these are taken where named.
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
        answer = ENGINES[engine].offer(problem, budget, applications)
        if isinstance(answer, Offer) and answer.confirm is not None and answer.estimate.memory <= budget:
            answer = answer.confirm()
        if isinstance(answer, Offer) and answer.estimate.memory <= budget:
            return Choice(engine, "named by the caller", answer)
        refused = answer.clause if isinstance(answer, Refusal) else None
    offers, refusals = _answers(problem, budget, applications)
    fitting = {name: offer for name, offer in offers.items() if offer.estimate.memory <= budget}
    if refused is not None:
        raise InputError(
            f"engine={engine!r} expects {ENGINES[engine].expects}, but {refused}; "
            f"engines that fit: {', '.join(name for name in fitting if name != engine) or 'none'}"
        )
    if engine != "auto" or not fitting:
        if not offers:
            reasons = "; ".join(_by_clause(refusals))
            raise InputError(f"{problem.owner} expects a mesh and a survey that some engine serves, but {reasons}")
        needs = ", ".join(f"{name} needs {bytes_text(offer.estimate.memory)}" for name, offer in offers.items())
        raise InputError(
            f"{problem.owner} expects to fit in {bytes_text(budget)} of memory, but {needs}; "
            f"engines that fit: {', '.join(fitting) or 'none, use fewer cells or stations'}"
        )
    best = _best(fitting)
    others = [f"{name} {offer.estimate.total:.2g} s" for name, offer in fitting.items() if name != best]
    others += [
        f"{name} does not fit ({bytes_text(offer.estimate.memory)})"
        for name, offer in offers.items()
        if name not in fitting
    ]
    others += _by_clause(refusals)
    count = "1 application" if applications == 1 else f"{applications} applications"
    reason = f"least time for {count}, {fitting[best].estimate.total:.2g} s; {', '.join(others)}"
    return Choice(best, reason, fitting[best])


def _best(offers: Mapping[str, Offer]) -> str:
    """Name of the offer of least time."""
    return min(offers, key=lambda name: offers[name].estimate.total)


def _by_clause(refusals: Mapping[str, Refusal]) -> list[str]:
    """Engines that do not apply, those of one reason together."""
    names: dict[str, list[str]] = {}
    for name, refusal in refusals.items():
        names.setdefault(refusal.clause, []).append(name)
    return [
        f"{', '.join(several[:-1])}{' and ' if several[1:] else ''}{several[-1]} "
        f"{'do' if several[1:] else 'does'} not apply ({clause})"
        for clause, several in names.items()
    ]


def _answers(problem: PrismProblem, budget: float, applications: int) -> tuple[dict[str, Offer], dict[str, Refusal]]:
    """Offers and refusals of the engines that are weighed; the best offer that fits is one that holds."""
    answers = {
        name: entry.offer(problem, budget, applications)
        for name, entry in ENGINES.items()
        if not entry.by_level or isinstance(problem.mesh, Grid)  # levels weighs these level by level
    }
    while True:
        offers = {name: answer for name, answer in answers.items() if isinstance(answer, Offer)}
        fitting = {name: offer for name, offer in offers.items() if offer.estimate.memory <= budget}
        confirm = fitting[_best(fitting)].confirm if fitting else None
        if confirm is None:
            return offers, {name: answer for name, answer in answers.items() if isinstance(answer, Refusal)}
        answers[_best(fitting)] = confirm()
