"""A grid, a survey and data to invert."""

from __future__ import annotations

import numpy as np

import geoinv
from geoinv.algebra.matrices import MatrixOperator
from geoinv.operators import Magnetics

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)
PRECISE = geoinv.GaussNewton(inner_tolerance=1e-10, inner_iterations=500, tolerance=1e-14, iterations=60)


def buried_cube(engine="auto", noise=1.0, **survey_arguments):
    grid = geoinv.Grid.regular((6, 12, 12), (20.0, 20.0, 20.0), (-120.0, 0.0, 0.0))
    easting, northing = np.meshgrid(np.arange(10.0, 240.0, 20.0), np.arange(10.0, 240.0, 20.0))
    survey = geoinv.Survey(
        easting.ravel(), northing.ravel(), np.full(easting.size, 15.0), field=FIELD, **survey_arguments
    )
    A = Magnetics(grid, survey, engine=engine)
    true = np.zeros(grid.shape)
    true[2:4, 4:7, 5:8] = 0.05
    data = A(true) + noise * np.random.default_rng(7).standard_normal(A.range_shape)
    return A, data, true


def small_matrix(rows=12, columns=20, seed=0):
    return MatrixOperator(np.random.default_rng(seed).standard_normal((rows, columns)))
