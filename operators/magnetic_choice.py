"""Which engine applies the magnetic operator: the one rule, its estimates and its refusals."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from geoinv.checks import InputError
from geoinv.memory import SHARE, available_memory, bytes_text
from geoinv.operators.magnetic_dense import dense_bytes
from geoinv.operators.magnetic_gridded import gridded_bytes, lattice_of
from geoinv.operators.magnetic_problem import MagneticProblem

__all__ = ["ENGINES", "Choice", "choose"]

ENGINES = ("direct", "gridded", "dense")

APPLICATIONS = 200
"""Applications that building is weighed against: an inversion makes a few hundred."""

PAIRS_A_SECOND = 4.5e7
"""Kernel values a second and core (Xeon, 2.1 GHz, AVX-512), measured with other work beside."""

BYTES_A_SECOND = 8e9
"""Memory traffic a second of all cores, for matrix products."""

TRANSFORM_POINTS_A_SECOND = 1.2e8
"""Padded points a second and core through a real transform and its product."""


@dataclass(frozen=True)
class Estimate:
    """Cost of an engine before it is built.

    Attributes
    ----------
    memory : float
        Bytes.
    build, apply : float
        Seconds, once and for each application.
    """

    memory: float
    build: float
    apply: float

    @property
    def total(self) -> float:
        """Seconds for building and a typical number of applications."""
        return self.build + APPLICATIONS * self.apply

    def __str__(self) -> str:
        """Memory and times in words."""
        return f"{bytes_text(self.memory)}, {self.build:.2g} s to build, {self.apply:.2g} s to apply"


@dataclass(frozen=True)
class Choice:
    """Engine that was chosen, why, and what it is expected to cost."""

    engine: str
    reason: str
    estimate: Estimate

    def __str__(self) -> str:
        """Two lines for print(A)."""
        return f"engine {self.engine}: {self.reason}\nexpected: {self.estimate}"


def choose(problem: MagneticProblem, engine: str, memory_budget: float | None) -> Choice:
    """Choose the engine.

    The rule: of the engines that apply to the geometry and fit the memory budget, the one with the
    least predicted time for building and 200 applications. Gridded applies where cells are uniform
    along easting and northing, stations lie at one height and whole cells apart. The budget is half
    of the memory that is free now, unless given. A named engine is taken if it applies and fits.

    Raises
    ------
    InputError
        If the named engine does not apply, or nothing fits; with the bytes each would need.
    """
    budget = SHARE * available_memory() if memory_budget is None else float(memory_budget)
    lattice = lattice_of(problem)
    estimates = {"direct": _direct(problem), "dense": _dense(problem)}
    if not isinstance(lattice, str):
        points = float(np.prod(lattice.padded)) * problem.grid.shape[0]
        estimates["gridded"] = _gridded(problem, points, gridded_bytes(problem, lattice))
    fitting = {name: cost for name, cost in estimates.items() if cost.memory <= budget}
    if engine == "gridded" and isinstance(lattice, str):
        raise InputError(
            f"engine='gridded' expects a regular survey over regular cells, but {lattice}; "
            f"engines that fit: {', '.join(fitting) or 'none'}"
        )
    if not fitting or (engine != "auto" and engine not in fitting):
        needs = ", ".join(f"{name} needs {bytes_text(cost.memory)}" for name, cost in estimates.items())
        raise InputError(
            f"Magnetics expects to fit in {bytes_text(budget)} of memory, but {needs}; "
            f"engines that fit: {', '.join(fitting) or 'none, use fewer cells or stations'}"
        )
    if engine != "auto":
        return Choice(engine, "named by the caller", fitting[engine])
    best = min(fitting, key=lambda name: fitting[name].total)
    others = [f"{name} {cost.total:.2g} s" for name, cost in fitting.items() if name != best]
    others += [
        f"{name} does not fit ({bytes_text(cost.memory)})" for name, cost in estimates.items() if name not in fitting
    ]
    if isinstance(lattice, str):
        others.append(f"gridded does not apply ({lattice})")
    reason = f"least time for {APPLICATIONS} applications, {fitting[best].total:.2g} s; {', '.join(others)}"
    return Choice(best, reason, fitting[best])


def _direct(problem: MagneticProblem) -> Estimate:
    width = problem.components * problem.unknowns
    active_rows = float(problem.grid.active.any(axis=2).sum()) * (problem.grid.shape[2] + 1)
    memory = 8.0 * (3 * problem.unknowns * problem.grid.size + 4 * problem.survey.stations)
    return Estimate(memory, 0.0, active_rows * problem.survey.stations * width / _rate(PAIRS_A_SECOND))


def _dense(problem: MagneticProblem) -> Estimate:
    width = problem.components * problem.unknowns
    entries = float(problem.survey.stations) * int(problem.grid.active.sum()) * width
    build = float(problem.survey.stations) * problem.grid.size * width / _rate(PAIRS_A_SECOND)
    return Estimate(float(dense_bytes(problem)), build, entries * problem.storage.itemsize / BYTES_A_SECOND)


def _gridded(problem: MagneticProblem, points: float, memory: float) -> Estimate:
    width = problem.components * problem.unknowns
    apply = points * max(problem.unknowns, problem.components) / _rate(TRANSFORM_POINTS_A_SECOND)
    return Estimate(float(memory), points * width / PAIRS_A_SECOND, apply)


def _rate(per_core: float) -> float:
    return per_core * float(numba.get_num_threads())
