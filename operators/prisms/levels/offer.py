"""What the levels engine would cost, and where it applies."""

from __future__ import annotations

from geoinv.operators.prisms.levels.padded import padded_offer
from geoinv.operators.prisms.offer import Offer, Refusal
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["offer"]


def offer(problem: PrismProblem, budget: float, applications: int) -> Offer | Refusal:
    """Cost of the cheapest parts of a mesh whose cells differ in size."""
    return padded_offer(problem, budget, applications)
