"""Minimisations as a checkpoint keeps them."""

from __future__ import annotations

import json

import numpy as np

from geoinv.inversion.gauss_newton import Minimum
from geoinv.inversion.objective import State
from geoinv.inversion.recorded import minimum_from, minimum_kept
from geoinv.inversion.solution import Step


def test_a_minimum_comes_back_and_an_attempt_that_overflowed_brings_the_last_finite_one():
    state = State(np.array([1.0, 2.0]), np.array([[3.0]]), 9.0, 0.5, 0.1)
    lost = State(np.array([np.inf, 2.0]), np.array([[np.nan]]), np.nan, 0.5, 0.1)
    fine, failed = Minimum(state, 0.01, True), Minimum(lost, np.inf, False)
    for attempt in (fine, failed):
        meta, arrays = minimum_kept(Step(0.1, 9.0, 0.5, 3.0, 0.01), attempt, fine)
        step, found, finite = minimum_from(json.loads(json.dumps(meta)), arrays)
        assert step == Step(0.1, 9.0, 0.5, 3.0, 0.01)
        np.testing.assert_array_equal(found.state.z, attempt.state.z)
        np.testing.assert_array_equal(finite.state.residual, state.residual)
        assert (found.converged, found.excess) == (attempt.converged, attempt.excess)
        assert (finite.state.misfit, finite.state.penalty, finite.state.beta) == (9.0, 0.5, 0.1)
