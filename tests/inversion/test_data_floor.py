"""The lowest misfit that any model reaches beside least squares."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

import geoinv
from geoinv.algebra.matrices import MatrixOperator


def test_a_floor_is_that_of_least_squares():
    G = np.random.default_rng(1).standard_normal((30, 8))
    data = np.random.default_rng(2).standard_normal(30)
    solution = geoinv.invert(MatrixOperator(G), data, 0.01, geoinv.Smooth(weighting=None))
    floor = np.mean((data - G @ np.linalg.lstsq(G, data)[0]) ** 2) / 1e-4
    assert not solution.reached
    assert solution.status.startswith("stalled: no model within the bounds fits the data better than")
    told = float(solution.status.split("better than chi^2/N = ")[1].split(":")[0].split(";")[0])
    npt.assert_allclose(told, floor, rtol=0.02)
    assert solution.chi2_per_datum <= 1.51 * floor
    assert "usual causes: standard deviations too small" in solution.status
