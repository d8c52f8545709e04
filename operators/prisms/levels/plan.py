"""How a mesh is cut into parts of uniform cells, and what that would cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from geoinv.operators.prisms.estimate import Estimate
from geoinv.operators.prisms.levels.embedding import RunsEmbedding
from geoinv.operators.prisms.levels.engine import LevelsEngine, Part
from geoinv.operators.prisms.levels.padded import UniformProblem, uniform_problem
from geoinv.operators.prisms.levels.rim import padded_diagonal
from geoinv.operators.prisms.precorrected_fft.engine import LatticeEngine
from geoinv.operators.prisms.precorrected_fft.estimate import lattice_estimate
from geoinv.operators.prisms.precorrected_fft.margin import assured_plan
from geoinv.operators.prisms.precorrected_fft.plan import plan_of
from geoinv.operators.prisms.problem import Engine, PrismProblem

__all__ = ["LevelsPlan", "levels_of"]


@dataclass(frozen=True)
class LevelsPlan:
    """Parts of a mesh and what they cost together.

    Attributes
    ----------
    parts : tuple of Part
    estimate : Estimate
    diagonal : callable
        As :class:`LevelsEngine` takes it.
    """

    parts: tuple[Part, ...]
    estimate: Estimate
    diagonal: Callable[[npt.NDArray[np.float64], Sequence[Engine]], npt.NDArray[np.float64]]

    def build(self, problem: PrismProblem) -> LevelsEngine:
        """Engine of the parts."""
        return LevelsEngine(problem, self.parts, self.diagonal)


def levels_of(problem: PrismProblem, budget: float, applications: int) -> LevelsPlan | str:
    """Cheapest parts of a mesh, or the clause that says why there are none."""
    uniform = uniform_problem(problem, layers=True)
    if isinstance(uniform, str):
        return uniform
    plan = plan_of(uniform.problem)
    if isinstance(plan, str):
        return plan
    plan = assured_plan(uniform.problem, plan)
    if isinstance(plan, str):
        return plan
    estimate = replace(lattice_estimate(uniform.problem, plan), applications=applications)
    build = partial(LatticeEngine, uniform.problem, plan, uniform.runs)
    embedding = RunsEmbedding(uniform.runs, problem.cells.active)
    part = Part(uniform.problem, embedding, build, embedded=True, name="lattice")
    return LevelsPlan((part,), estimate, partial(_padded_diagonal, problem, uniform))


def _padded_diagonal(
    problem: PrismProblem,
    uniform: UniformProblem,
    squared_weights: npt.NDArray[np.float64],
    engines: Sequence[Engine],
) -> npt.NDArray[np.float64]:
    (engine,) = engines
    return padded_diagonal(problem, uniform.runs, engine.gram_diagonal(squared_weights), squared_weights)
