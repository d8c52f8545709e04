"""What the lattice engine would cost, and where it applies."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numba
import numpy as np

from geoinv.operators.prisms.offer import APPLICATIONS, Estimate, Offer, Refusal
from geoinv.operators.prisms.precorrected_fft.engine import SAMPLES, LatticeEngine
from geoinv.operators.prisms.precorrected_fft.margin import assured_plan
from geoinv.operators.prisms.precorrected_fft.near import VALUES_A_CALL, near_precision
from geoinv.operators.prisms.precorrected_fft.plan import LatticePlan, plan_of
from geoinv.operators.prisms.precorrected_fft.transform import POINTS_A_SLAB
from geoinv.operators.prisms.problem import REGISTER, PrismProblem

__all__ = ["lattice_estimate", "offer"]

FIELDS_A_SECOND = 2.8e7
"""Exact kernel values a second and core of boxes, which stay in the cache.

All rates: both cores of a Xeon (2.1 GHz, AVX-512) at once, other work beside; the middle of forward and adjoint.
"""

TABLE_VALUES_A_SECOND = 1.2e7
"""Exact kernel values a second and core of a table in memory: evaluated, put in place, transformed or compared."""

BOX_PRODUCTS_A_SECOND = 3e9
"""Multiply-adds a second and core as boxes are interpolated."""

POINTS_A_SECOND = 4.5e7
"""Padded points a second and core through all transforms of one application, in single precision."""

CORRECTIONS_A_SECOND = 3.3e8
"""Corrections a second and core that one application multiplies."""

LEAST_SECONDS = 0.03
"""Of building, however small the problem."""

BOX_ARRAYS = 3.0
"""Arrays of exact fields of boxes that are alive at once."""

NODES_A_SECOND = 4.5e8
"""Lattice nodes a second and core that stations interpolate from."""


def offer(problem: PrismProblem, budget: float, applications: int) -> Offer | Refusal:
    """Cost of the first plan; the one that keeps the promise cell by cell is made where it is to be taken."""
    if (rounded := problem.too_much_rounding()) is not None:
        return Refusal(rounded)
    plan = plan_of(problem)
    if isinstance(plan, str):
        return Refusal(plan)
    first = plan

    def assured() -> Offer | Refusal:
        plan = assured_plan(problem, first)
        return Refusal(plan) if isinstance(plan, str) else _offer_of(problem, plan, applications)

    return replace(_offer_of(problem, first, applications), confirm=assured)


def _offer_of(problem: PrismProblem, plan: LatticePlan, applications: int) -> Offer:
    build = partial(LatticeEngine, problem, plan)
    return Offer(lattice_estimate(problem, plan, applications), build, {"plan": plan})


def lattice_estimate(problem: PrismProblem, plan: LatticePlan, applications: int = APPLICATIONS) -> Estimate:
    """Bytes and seconds of the lattice engine."""
    cores = float(numba.get_num_threads())
    width, deepest = problem.components * problem.unknowns, max(problem.components, problem.unknowns)
    points = float(np.prod(plan.padded, dtype=float))
    corrections = float(plan.counts.sum()) * width
    nodes = float(np.prod(plan.orders)) * plan.order.size * problem.components
    double = plan.precision.itemsize / 4
    apply = points * deepest * double / POINTS_A_SECOND
    apply += corrections / CORRECTIONS_A_SECOND + nodes / NODES_A_SECOND
    fields, products = _box_work(plan)
    # kernels by offset, and the rows that are compared
    tables = points + min(SAMPLES, plan.order.size) * problem.cells.size
    seconds = fields / FIELDS_A_SECOND + products / BOX_PRODUCTS_A_SECOND + tables / TABLE_VALUES_A_SECOND
    build = width * seconds + apply
    memory = _memory(problem, plan, corrections)
    return Estimate(memory, LEAST_SECONDS + build / cores, apply / cores, applications)


def _box_work(plan: LatticePlan) -> tuple[float, float]:
    """Exact kernel values and multiply-adds that the corrections of one kernel take."""
    _, north, east = (2 * reach + 1 for reach in plan.cutoff)
    layers = float((plan.layers[:, 1] - plan.layers[:, 0]).sum())
    columns = -(-(east + 1) // REGISTER) * REGISTER
    return layers * (north + 1) * columns, layers * north * east * float(np.prod(plan.orders))


def _memory(problem: PrismProblem, plan: LatticePlan, corrections: float) -> float:
    width, size = problem.components * problem.unknowns, float(plan.precision.itemsize)
    (planes, rows, columns), layers = plan.padded, problem.cells.shape[0]
    plane = float(rows) * columns
    kept = corrections * near_precision(problem).itemsize + width * planes * plane * size
    kept += plan.order.size * (near_precision(problem).itemsize * float(np.prod(plan.orders)) + 128.0)
    working = (2 * problem.unknowns * layers + 2 * problem.components * plan.shape[0]) * plane * size
    # the table of a slab, its fields and its transform; the exact fields of boxes
    slab = 24.0 * min(float(POINTS_A_SLAB), width * planes * plane)
    high, north, east = (2 * reach + 1 for reach in plan.cutoff)
    box = float(high * north * east)
    boxes = 8.0 * BOX_ARRAYS * min(float(VALUES_A_CALL), plan.order.size * width * box)
    boxes += 8.0 * box * float(np.prod(plan.orders))
    return kept + max(working, slab, boxes)
