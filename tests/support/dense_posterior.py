"""A small survey whose posterior is known in closed form, by dense algebra."""

from __future__ import annotations

import numpy as np
from inversions import FIELD

import geoinv
from geoinv.operators import Magnetics


def small_survey():
    """Survey over 3 x 5 x 5 cells, two of them air; its operator, data and their standard deviations."""
    grid = geoinv.Grid.regular((3, 5, 5), (25.0, 25.0, 25.0), (-75.0, 0.0, 0.0))
    active = np.ones(grid.shape, bool)
    active[-1, 0, :2] = False
    easting, northing = (c.ravel() for c in np.meshgrid(*2 * [np.arange(12.5, 125.0, 25.0)]))
    stations = geoinv.Survey(easting, northing, np.full(easting.size, 20.0), field=FIELD)
    A = Magnetics(grid.with_active(active), stations, engine="dense")
    model = np.zeros(grid.shape)
    model[1:3, 2:4, 2:4] = 0.05
    clean = A(model)
    deviation = 1.0 + 0.02 * np.abs(clean)
    return A, clean + deviation * np.random.default_rng(0).standard_normal(clean.shape), deviation


def posterior_of(solution):
    """Mean and covariance of the active cells, from the matrices of the data and of the regularizer."""
    A, phi = solution.operator, solution.problem.objective.regularizer
    active = A.mesh.active.ravel()
    units = np.eye(active.size).reshape(-1, *A.domain_shape)
    curvature = np.array([phi.curvature(unit, unit).ravel() for unit in units])[np.ix_(active, active)]
    weights = 1.0 / solution.uncertainty.ravel()
    weighted, data = weights[:, None] * A.to_dense()[:, active], weights * solution.data.ravel()
    if solution.problem.free_level is not None:
        constant = weights / np.linalg.norm(weights)
        weighted = weighted - np.outer(constant, constant @ weighted)
        data = data - constant * (constant @ data)
    covariance = np.linalg.inv(weighted.T @ weighted + solution.beta * curvature)
    pull = -phi.gradient(np.zeros(A.domain_shape)).ravel()[active]
    return covariance @ (weighted.T @ data + solution.beta * pull), covariance
