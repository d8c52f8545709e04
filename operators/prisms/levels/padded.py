"""Padded tensor meshes on uniform cells: which ones can be, the problem that is left, and what it would cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from geoinv.meshes.tensor import AXES, Grid
from geoinv.operators.prisms.gridded import estimate as gridded
from geoinv.operators.prisms.levels.embedding import RunsEmbedding
from geoinv.operators.prisms.levels.engine import LevelsEngine, Part
from geoinv.operators.prisms.levels.multiples import uniform_axis
from geoinv.operators.prisms.levels.rim import padded_diagonal
from geoinv.operators.prisms.offer import Offer, Refusal
from geoinv.operators.prisms.precorrected_fft import estimate as precorrected_fft
from geoinv.operators.prisms.precorrected_fft.engine import LatticeEngine
from geoinv.operators.prisms.precorrected_fft.runs import CellRuns
from geoinv.operators.prisms.problem import Engine, PrismProblem

__all__ = ["UniformProblem", "padded_offer", "uniform_problem"]

MOST_CELLS = 100_000_000
"""Uniform cells beyond which another engine is sure to be better."""


@dataclass(frozen=True)
class UniformProblem:
    """Problem over the uniform cells that a mesh is made of.

    Attributes
    ----------
    problem : PrismProblem
    runs : CellRuns
        Cells of the mesh as runs of them.
    """

    problem: PrismProblem
    runs: CellRuns


def uniform_problem(problem: PrismProblem, layers: bool) -> UniformProblem | str:
    """Problem over uniform cells, or the clause that says why there is none.

    Parameters
    ----------
    problem : PrismProblem
        Over a tensor mesh.
    layers : bool
        Whether layers are to be of one height too; else they are the mesh's own.
    """
    grid = problem.cells
    wanted = AXES if layers else AXES[1:]
    edges = {axis: grid.edges(axis) for axis in AXES}
    counts = {axis: np.ones(cells, np.intp) for axis, cells in zip(AXES, grid.shape, strict=True)}
    for axis in wanted:
        uniform = uniform_axis(grid, axis)
        if uniform is None:
            return f"edges lie between whole multiples of the smallest cell along {axis}"
        edges[axis], counts[axis] = uniform.edges, uniform.multiples
    cells = float(np.prod([edge.size - 1.0 for edge in edges.values()]))
    if cells > MOST_CELLS:
        return f"padding so wide is {cells:.2g} cells of the smallest size"
    runs = CellRuns((counts["upward"], counts["northing"], counts["easting"]))
    if runs.mesh_shape == tuple(int(c.sum()) for c in runs.counts):
        return "cells are of one size already"
    active = runs.repeat_all(grid.active)
    host = Grid(edges["easting"], edges["northing"], edges["upward"], active)
    return UniformProblem(replace(problem, mesh=host), runs)


def padded_offer(problem: PrismProblem, budget: float, applications: int) -> Offer | Refusal:
    """Cost of a padded tensor mesh on uniform cells, by the cheaper of the engines for these.

    Parameters
    ----------
    problem : PrismProblem
        Over a tensor mesh.
    budget : float
        Bytes.
    applications : int
        How often it will be applied.
    """
    answers = list(_answers(problem, budget, applications))
    offers = [answer for answer in answers if isinstance(answer, Offer)]
    if not offers:
        # of the lattice, which asks for less
        return next(answer for answer in answers if isinstance(answer, Refusal))
    return min(offers, key=lambda offer: (offer.estimate.memory > budget, offer.estimate.total))


def _answers(problem: PrismProblem, budget: float, applications: int) -> Iterator[Offer | Refusal]:
    for name, engine, layers in (("lattice", precorrected_fft, True), ("gridded", gridded, False)):
        uniform = uniform_problem(problem, layers)
        if isinstance(uniform, str):
            yield Refusal(uniform)
        else:
            yield _over_mesh(problem, uniform, name, engine.offer(uniform.problem, budget, applications))


def _over_mesh(problem: PrismProblem, uniform: UniformProblem, name: str, answer: Offer | Refusal) -> Offer | Refusal:
    """What an engine answers for uniform cells, for the mesh that is made of them."""
    if isinstance(answer, Refusal):
        return answer
    build, embedded = answer.build, name == "lattice"
    if embedded:
        build = partial(LatticeEngine, uniform.problem, answer.settings["plan"], uniform.runs)
    part = Part(uniform.problem, RunsEmbedding(uniform.runs, problem.cells.active), build, embedded)
    confirm = answer.confirm
    return Offer(
        answer.estimate,
        partial(LevelsEngine, problem, (part,), partial(_diagonal, problem, uniform)),
        {"parts": (name,), **answer.settings},
        None if confirm is None else lambda: _over_mesh(problem, uniform, name, confirm()),
    )


def _diagonal(
    problem: PrismProblem,
    uniform: UniformProblem,
    squared_weights: npt.NDArray[np.float64],
    engines: Sequence[Engine],
) -> npt.NDArray[np.float64]:
    (engine,) = engines
    return padded_diagonal(problem, uniform.runs, engine.gram_diagonal(squared_weights), squared_weights)
