"""The engines: every way to apply an operator of prisms, in one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from geoinv.meshes.tensor import Grid
from geoinv.operators.cuda import Runner
from geoinv.operators.prisms import dense, direct
from geoinv.operators.prisms.cuda.direct import DirectCuda
from geoinv.operators.prisms.cuda.gridded import GriddedCuda
from geoinv.operators.prisms.cuda.precorrected_fft import LatticeCuda
from geoinv.operators.prisms.cuda.through_host import ThroughHost
from geoinv.operators.prisms.gridded import estimate as gridded
from geoinv.operators.prisms.levels import offer as levels
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
    approximate : bool
        Whether it cannot be exact to rounding, so that there is a tolerance where the caller names none.
    """

    name: str
    expects: str
    cost: Callable[[PrismProblem, float, int], Offer | Refusal]
    on_gpu: Callable[[PrismProblem, Runner, Callable[[], Any]], Any]
    any_mesh: bool = False
    approximate: bool = False

    def offer(self, problem: PrismProblem, budget: float, applications: int) -> Offer | Refusal:
        """What the engine would cost for a problem, a budget in bytes and a number of applications."""
        if not self.any_mesh and not isinstance(problem.mesh, Grid):
            return Refusal("the mesh is no tensor grid")
        return self.cost(problem, budget, applications)


_LIST = (
    EngineEntry(
        "direct",
        "cells that are not too far away, or an rtol",
        direct.offer,
        lambda problem, runner, _: DirectCuda(problem, runner),
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
    ),
)

ENGINES: Mapping[str, EngineEntry] = {entry.name: entry for entry in _LIST}
"""Engines by their name, in the order in which they are listed."""
