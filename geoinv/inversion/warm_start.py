"""Warm starts: the beta at which a given model is a minimum, or nearly one."""

from __future__ import annotations

import numpy as np

from geoinv.inversion.objective import State
from geoinv.inversion.problem import InverseProblem
from geoinv.inversion.products import model_product

__all__ = ["beta_of"]

OPPOSED = 0.95
"""Cosine of the angle between the data's slope and the opposite of the regularizer's, above which a model counts as a
minimum at some beta: a model made otherwise than by an inversion is far below."""


def beta_of(problem: InverseProblem, state: State) -> float | None:
    """Beta at which a model is about a minimum of the objective; None where it is that at none.

    At a minimum the slopes of the two terms cancel among the unknowns that lie on no bound,
    ``g_data + beta g_phi = 0``; so beta is the projection of one on the other, in the metric of phi's diagonal.

    Parameters
    ----------
    problem : InverseProblem
        Its objective, regularizer and bounds.
    state : State
        The model.
    """
    objective = problem.objective
    of_data = objective.with_beta(0.0).near(state).gradient()
    of_phi = np.asarray(objective.regularizer.gradient(state.z))
    inverse = objective.preconditioner(state.z)
    free = inverse * ((state.z > objective.bounds[0]) & (state.z < objective.bounds[1]))
    against = -model_product(free * of_data, of_phi)
    size, weight = model_product(free * of_phi, of_phi), model_product(free * of_data, of_data)
    if not (np.isfinite([against, size, weight]).all() and against > OPPOSED * np.sqrt(size * weight) > 0.0):
        return None
    return against / size
