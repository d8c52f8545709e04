"""The engines: every way to apply an operator of prisms, in one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from geoinv.meshes.base import of_cubes
from geoinv.meshes.tensor import Grid
from geoinv.operators.cuda import Runner
from geoinv.operators.prisms import dense, direct
from geoinv.operators.prisms.cuda.direct import DirectCuda
from geoinv.operators.prisms.cuda.gridded import GriddedCuda
from geoinv.operators.prisms.cuda.precorrected_fft import LatticeCuda
from geoinv.operators.prisms.cuda.through_host import ThroughHost
from geoinv.operators.prisms.gridded import estimate as gridded
from geoinv.operators.prisms.levels import offer as levels
from geoinv.operators.prisms.levels.by_level import offer_by_level
from geoinv.operators.prisms.offer import Offer, Refusal
from geoinv.operators.prisms.precorrected_fft import estimate as precorrected_fft
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["ENGINES", "EngineEntry"]


@dataclass(frozen=True)
class EngineEntry:
    """An engine of the list.

    Attributes
    ----------
    name : str
        What a caller names.
    expects : str
        What it asks for that is not everywhere, for errors.
    cost : callable
        Answers what the engine would cost for a problem, a budget in bytes and a number of applications.
    on_gpu : callable
        Makes the engine for arrays on a GPU, of the problem, where kernels run, and a function that returns the host's
        engine.
    any_mesh : bool
        Whether it takes meshes that are no tensor grids.
    by_level : bool
        Whether it serves an octree level by level.
    approximate : bool
        Whether it cannot be exact to rounding, so that there is a tolerance where the caller names none.
    """

    name: str
    expects: str
    cost: Callable[[PrismProblem, float, int], Offer | Refusal]
    on_gpu: Callable[[PrismProblem, Runner, Callable[[], Any]], Any]
    any_mesh: bool = False
    by_level: bool = False
    approximate: bool = False

    def offer(self, problem: PrismProblem, budget: float, applications: int) -> Offer | Refusal:
        """What the engine would cost for a problem, a budget in bytes and a number of applications."""
        mesh = problem.mesh
        if self.any_mesh or isinstance(mesh, Grid):
            return self.cost(problem, budget, applications)
        if self.by_level and of_cubes(mesh):
            return offer_by_level(self.cost, problem, mesh, budget, applications)
        return Refusal("the mesh is no tensor grid")

    def beside(self, problem: PrismProblem, runner: Runner, on_host: Callable[[], Any]) -> Any:
        """Make the engine for arrays on a GPU; where it serves level by level, through the host."""
        if isinstance(problem.mesh, Grid):
            return self.on_gpu(problem, runner, on_host)
        return ThroughHost(on_host(), runner)


_LIST = (
    EngineEntry(
        "direct",
        "cells that are not too far away, or an rtol",
        direct.offer,
        lambda problem, runner, _: DirectCuda(problem, runner),
        by_level=True,
    ),
    EngineEntry(
        "gridded",
        "a regular survey over regular cells and a moderate rtol",
        gridded.offer,
        lambda problem, runner, _: GriddedCuda(problem, runner),
    ),
    EngineEntry(
        "lattice",
        "cells of one size, a moderate rtol and many stations, not far apart",
        precorrected_fft.offer,
        lambda _, runner, on_host: LatticeCuda(on_host(), runner),
        approximate=True,
    ),
    EngineEntry(
        "levels",
        "cells of whole multiples of one size, a moderate rtol and many stations, not far apart",
        levels.offer,
        lambda _, runner, on_host: ThroughHost(on_host(), runner),
        any_mesh=True,
        approximate=True,
    ),
    EngineEntry(
        "dense",
        "cells that are not too far away",
        dense.offer,
        # a matrix product is the same everywhere
        lambda _problem, _runner, on_host: on_host(),
        by_level=True,
    ),
)

ENGINES: Mapping[str, EngineEntry] = {entry.name: entry for entry in _LIST}
"""Engines by their name, in the order in which they are listed."""
