"""Padded tensor meshes on uniform cells: which ones can be, and the problem that is left."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from geoinv.meshes.tensor import AXES, Grid
from geoinv.operators.prisms.levels.multiples import uniform_axis
from geoinv.operators.prisms.precorrected_fft.runs import CellRuns
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["UniformProblem", "uniform_problem"]

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
    return UniformProblem(replace(problem, cells=host), runs)
