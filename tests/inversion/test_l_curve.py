"""The trade-off curve and its corner."""

from __future__ import annotations

import numpy as np
from small_inversions import PRECISE, buried_cube

import geoinv
from geoinv.algebra.matrices import MatrixOperator


def test_the_l_curve_is_monotone_and_its_corner_can_be_used():
    A, data, _ = buried_cube()
    curve = geoinv.l_curve(A, data, 1.0)
    assert (np.diff(curve.chi2_per_datum) < 0).all()
    assert (np.diff(curve.penalty) > 0).all()
    corner = curve.attrs["corner_beta"]
    assert curve.beta.values[-1] < corner < curve.beta.values[0]
    solution = geoinv.invert(A, data, 1.0, beta="l-curve")
    assert solution.beta == corner
    assert solution.status.startswith("corner of the L-curve")


def test_the_corner_of_a_made_up_l_is_found():
    s = np.logspace(0, -6, 40)
    A = MatrixOperator(np.diag(s))
    data = s * np.sin(np.arange(40.0)) + 1e-3 * np.random.default_rng(0).standard_normal(40)
    phi = geoinv.Smooth(weighting=None, smoothness=0.0)
    curve = geoinv.l_curve(A, data, 1e-3, phi, betas=np.logspace(6, -6, 25), solver=PRECISE)
    # the filter s^2 / (s^2 + beta sd^2) cuts where the noise sd drowns a signal of s: beta is about 1
    assert 0.1 <= curve.attrs["corner_beta"] <= 10.0
