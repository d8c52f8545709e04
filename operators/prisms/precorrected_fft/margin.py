"""How much better than the mean over directions a lattice has to be, so that its promise holds cell by cell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.multipole.expansion import dipole_size
from geoinv.operators.prisms.precorrected_fft.plan import LatticePlan, interpolation_rtol, plan_of, tolerance
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["assured_plan"]

Array = npt.NDArray[np.float64]

MOST_MARGIN = 12.0
"""Margin beyond which the fields of some cells at all stations nearly vanish, and their squares are not to be had."""

CELLS = 300
"""Cells that are looked at: so many of any, of those just outside the near ones, and of the furthest."""

STATIONS = 32
"""Stations that count for such a cell: so many of the nearest, and of any."""

FLUCTUATION = (6.0, 6.0)
"""Largest error over its root mean square, ``a + b / sqrt(stations)``: in a direction, and wherever between nodes."""

SQUARES = 0.02
"""Relative error that the diagonal of A'A may have: 0.5 % of a weight."""

ROUNDINGS = 8.0
"""Multiples of ``eps |K| sqrt(stations / points)`` that single transforms err by, K the kernel outside its core."""


def assured_plan(problem: PrismProblem, plan: LatticePlan) -> LatticePlan | str:
    """Plan that keeps the tolerance for models of one cell, or the clause that says why there is none.

    Orders and radius of a plan follow from the mean over all directions of a cell's field. What a cell gives to few
    stations, or to stations close together, may be far less: the plan is made again with so much less tolerance.
    Where single precision would leave too little of far cells' fields, it is double.

    Parameters
    ----------
    problem : PrismProblem
        Cells, stations and kernel weights.
    plan : LatticePlan
        As :func:`plan_of` makes it.
    """
    rtol = interpolation_rtol(problem)
    interpolated, squared, rounded = _errors(problem, plan)
    margin = max(interpolated / rtol, squared / SQUARES)
    if margin > MOST_MARGIN:
        return "stations are so few, or so close together, that the fields of some cells nearly vanish at all of them"
    if margin > 1.0:
        stricter = plan_of(problem, rtol / margin)
        if isinstance(stricter, str):
            return stricter
        plan = stricter
    return plan if rounded <= tolerance(problem) else replace(plan, precision=np.dtype(np.float64))


def _errors(problem: PrismProblem, plan: LatticePlan) -> tuple[float, float, float]:
    """Largest errors of interpolated fields, interpolated squares and single transforms, over what some cells give."""
    cells = _sample(problem, plan)
    if not len(cells):
        return 0.0, 0.0, 0.0
    nodes = problem.nodes
    corners = np.column_stack([axis[cells[:, n]] for n, axis in ((2, nodes.x), (1, nodes.y), (0, nodes.z))])
    centres = corners + 0.5 * np.array(plan.spacing[::-1])
    stations, shares = _counted(problem.local_stations, centres)
    offsets = problem.local_stations[stations] - centres[:, None]
    # a station in the middle of a cell is near it, whatever is divided by here
    distance = np.maximum(np.linalg.norm(offsets, axis=2), 0.1 * min(plan.spacing))
    reference = plan.reference(problem, (0, 0, 0), (1, 1, 1))
    fields = cell_fields(reference, (problem.local_stations[stations] - corners[:, None]).reshape(-1, 3))[..., 0, 0, 0]
    fields = fields.reshape(problem.components, *distance.shape, problem.unknowns)
    given = np.maximum(np.einsum("cnsu,s->nu", fields**2, shares), np.finfo(float).tiny)
    order, sizes = _sizes(problem)
    volume = float(np.prod(plan.spacing))
    missed, missed_squares, noise = np.zeros_like(given), np.zeros_like(given), np.zeros(problem.unknowns)
    for n, size in zip(order, sizes, strict=True):
        dipole = (volume / distance ** (n + 1)) ** 2
        error = _interpolation(plan, int(n), 1, distance) ** 2
        missed += np.einsum("ns,s,u->nu", error * dipole, shares, size**2)
        error = _interpolation(plan, int(n), 2, distance)
        missed_squares += np.einsum("ns,s,u->nu", error * dipole, shares, size**2)
        # all offsets beyond the core: 4 pi times the integral of r^2 / r^(2 n + 2)
        core = max(plan.radius - 0.5 * max(np.multiply(plan.orders, plan.spacing)), 0.5 * min(plan.spacing))
        noise += size**2 * volume * 4.0 * np.pi / (2 * n - 1) / core ** (2 * n - 1)
    count, points = len(problem.stations), float(np.prod(plan.padded, dtype=float))
    unit = ROUNDINGS * 0.5 * float(np.finfo(np.float32).eps)
    interpolated = (FLUCTUATION[0] + FLUCTUATION[1] / np.sqrt(count)) * np.sqrt((missed / given).max())
    rounded = unit * np.sqrt((noise / given).max() * count / points)
    return float(interpolated), float((missed_squares / given).max()), float(rounded)


def _sizes(problem: PrismProblem) -> tuple[npt.NDArray[np.int64], Array]:
    """Derivatives of 1/r of each component, and size of a dipole's datum (components, unknowns) at distance 1."""
    order, weights = problem.kernels.order, problem.kernels.weights
    sizes = [[dipole_size(int(n), of) for of in row] for n, row in zip(order, weights, strict=True)]
    return order, np.array(sizes)


def _interpolation(plan: LatticePlan, derivative: int, power: int, distance: Array) -> Array:
    """Relative error of interpolated fields, or their squares, in the mean of directions; 0 for near cells."""
    widest = max(plan.spacing)
    places = np.geomspace(plan.radius, 8.0 * plan.radius, 10)
    mean = np.array([plan.stencil.error(round(place / widest, 6), derivative, power) for place in places])
    # beyond the last place it is as small
    error = np.exp(np.interp(np.log(distance), np.log(places), np.log(np.maximum(mean, 1e-150))))
    return np.where(distance > plan.radius, error, 0.0)


def _counted(stations: Array, centres: Array) -> tuple[npt.NDArray[np.intp], Array]:
    """Stations that count for each cell (cells, counted), and how many each of them stands for."""
    import scipy.spatial

    total = len(stations)
    if total <= 2 * STATIONS:
        return np.broadcast_to(np.arange(total), (len(centres), total)), np.ones(total)
    nearest = scipy.spatial.cKDTree(stations).query(centres, k=STATIONS)[1]
    some = np.random.default_rng(0).choice(total, STATIONS, replace=False)
    shares = np.repeat([1.0, (total - STATIONS) / STATIONS], STATIONS)
    return np.column_stack([nearest, np.broadcast_to(some, (len(centres), STATIONS))]), shares


def _sample(problem: PrismProblem, plan: LatticePlan) -> npt.NDArray[np.intp]:
    """Active cells (cells, 3): any, those just outside the near ones of some station, and the furthest."""
    active, random = problem.cells.active, np.random.default_rng(0)
    every = np.flatnonzero(active)
    any_cells = random.choice(every, min(CELLS, every.size), replace=False)
    station = random.integers(plan.cells.shape[0], size=4 * CELLS)
    turn = random.standard_normal((4 * CELLS, 3))
    away = plan.radius * random.uniform(1.0, 1.5, (4 * CELLS, 1)) * turn / np.linalg.norm(turn, axis=1, keepdims=True)
    around = plan.cells[station] + np.rint(away / np.array(plan.spacing)).astype(int)
    around = around[np.all((around >= 0) & (around < active.shape), axis=1)]
    around = around[active[tuple(around.T)]][:CELLS]
    middle = 0.5 * (plan.cells.min(axis=0) + plan.cells.max(axis=0))
    squared = [
        (width * (np.arange(count) - at)) ** 2
        for width, count, at in zip(plan.spacing, active.shape, middle, strict=True)
    ]
    distance = (squared[0][:, None, None] + squared[1][:, None] + squared[2]).ravel()[every]
    furthest = every[np.argpartition(-distance, min(CELLS, every.size - 1))[:CELLS]]
    flat = [any_cells, np.ravel_multi_index(tuple(around.T), active.shape), furthest]
    return np.column_stack(np.unravel_index(np.unique(np.concatenate(flat)), active.shape))
