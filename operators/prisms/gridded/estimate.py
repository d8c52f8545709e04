"""What the gridded engine would cost, and where it applies."""

from __future__ import annotations

from functools import partial

import numpy as np

from geoinv.operators.prisms.gridded.engine import Gridded, gridded_bytes
from geoinv.operators.prisms.gridded.layout import GriddedLayout, layout_of
from geoinv.operators.prisms.gridded.rounding import precise_layout
from geoinv.operators.prisms.offer import VALUES_A_SECOND, Estimate, Offer, Refusal, per_second
from geoinv.operators.prisms.problem import LEAST_RTOL, PrismProblem

__all__ = ["gridded_estimate", "offer"]

TRANSFORM_POINTS_A_SECOND = {4: 1.5e8, 8: 1.0e8}
"""Padded points a second and core through a real transform and its product, by bytes of a number."""


def offer(problem: PrismProblem, budget: float, applications: int) -> Offer | Refusal:
    """Cost in memory or with kernels made anew for every application, where cells and stations are regular.

    Kernels are made anew for want of memory, or because there are too few applications for keeping them.
    """
    # no rtol means the least one in single precision
    least = LEAST_RTOL["float32"] if problem.rtol is None and problem.storage == np.float32 else None
    if (rounded := problem.too_much_rounding(least)) is not None:
        return Refusal(rounded)
    layout = layout_of(problem)
    if not isinstance(layout, str) and gridded_bytes(problem, layout, recompute=True) <= budget:
        layout = precise_layout(problem, layout)
    if isinstance(layout, str):
        return Refusal(layout)
    stored, frugal = (gridded_estimate(problem, layout, recompute, applications) for recompute in (False, True))
    recompute = frugal.memory < stored.memory and (stored.memory > budget or frugal.total <= stored.total)
    build = partial(Gridded, problem, recompute, layout)
    return Offer(frugal if recompute else stored, build, {"layout": layout, "recompute": recompute})


def gridded_estimate(problem: PrismProblem, layout: GriddedLayout, recompute: bool, applications: int) -> Estimate:
    """Bytes and seconds of the gridded engine."""
    points = float(np.prod(layout.padded)) * problem.cells.shape[0]
    build = points * problem.components * problem.unknowns / per_second(VALUES_A_SECOND)
    # one transform an unknown, and one spectrum read a component: about alike
    products = points * problem.unknowns * (0.5 + 0.5 * problem.components)
    apply = products / per_second(TRANSFORM_POINTS_A_SECOND[layout.precision.itemsize])
    memory = float(gridded_bytes(problem, layout, recompute))
    seconds = (0.0, apply + build) if recompute else (build, apply)
    return Estimate(memory, *seconds, applications)
