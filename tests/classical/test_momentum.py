"""Nesterov's momentum: the sequence of its inventors, and the restart where a step turns."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

from geoinv.classical.momentum import Momentum, inner


def test_steps_in_one_direction_are_extrapolated_by_the_weights_of_beck_and_teboulle():
    path, iterates, weight, before = Momentum(np.zeros((1, 1))), [1.0, 2.5, 4.5, 7.0], 1.0, 0.0
    for x in iterates:
        path.advance(np.array([[x]]))
        following = (1.0 + np.sqrt(1.0 + 4.0 * weight**2)) / 2.0
        assert path.point[0, 0] == x + (weight - 1.0) / following * (x - before)
        weight, before = following, x


def test_an_item_that_turns_starts_afresh_and_the_others_go_on():
    path = Momentum(np.zeros((2, 1)))
    for iterate in ([[1.0], [1.0]], [[2.0], [2.0]], [[2.1], [3.5]]):
        path.advance(np.array(iterate))
    assert path.point[0, 0] == 2.1  # the step from the extrapolated place went against the motion
    assert path.point[1, 0] > 3.5


def test_on_a_badly_conditioned_quadratic_it_is_faster_than_plain_descent():
    curvature = np.array([1.0, 1e-3])

    def descend(accelerated):
        path = Momentum(np.ones((1, 2)))
        for _ in range(300):
            at = path.point if accelerated else path.current
            path.advance(at - curvature * at)
        return np.sum(curvature * path.current**2)

    assert descend(True) < 1e-3 * descend(False)


def test_inner_products_are_of_items():
    a, b = np.random.default_rng(0).standard_normal((2, 3, 4, 5))
    npt.assert_allclose(inner(a, b), [np.vdot(x, y) for x, y in zip(a, b, strict=True)], rtol=1e-13)
