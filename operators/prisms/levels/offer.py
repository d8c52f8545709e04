"""What the levels engine would cost, and where it applies."""

from __future__ import annotations

from geoinv.meshes.octree import OctreeGrid
from geoinv.meshes.tensor import Grid
from geoinv.operators.prisms.levels.octree_offer import octree_offer
from geoinv.operators.prisms.levels.padded import padded_offer
from geoinv.operators.prisms.offer import Offer, Refusal
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["offer"]


def offer(problem: PrismProblem, budget: float, applications: int) -> Offer | Refusal:
    """Cost of the cheapest parts of a mesh whose cells differ in size."""
    if isinstance(problem.mesh, OctreeGrid):
        return octree_offer(problem, problem.mesh, budget, applications)
    if isinstance(problem.mesh, Grid):
        return padded_offer(problem, budget, applications)
    return Refusal("the mesh is neither a tensor grid nor an octree")
