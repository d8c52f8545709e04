"""What the levels engine would cost, and where it applies."""

from __future__ import annotations

from geoinv.meshes.base import of_cubes
from geoinv.meshes.tensor import Grid
from geoinv.operators.prisms.levels.octree_offer import octree_offer
from geoinv.operators.prisms.levels.padded import padded_offer
from geoinv.operators.prisms.offer import Offer, Refusal
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["offer"]


def offer(problem: PrismProblem, budget: float, applications: int) -> Offer | Refusal:
    """Cost of the cheapest parts of a mesh whose cells differ in size."""
    mesh = problem.mesh
    if isinstance(mesh, Grid):
        return padded_offer(problem, budget, applications)
    if of_cubes(mesh):
        return octree_offer(problem, mesh, budget, applications)
    return Refusal("the mesh is neither a tensor grid nor of cubes of its finest cells")
