"""Proximal maps beside the literal loop of their equation."""

from __future__ import annotations

import numpy as np
import pytest
from networks import EVERY_RANK, Literal, array, check_literal, matrix, steps

from geoinv.learned import Proximal


def proximal_by_hand(net, A, b):
    """Mardani's x+ = P(x + h A'(b - A x)) with P = x + K2 relu(K1 x + b1) + b2."""
    by = Literal(net, A)
    h = steps(net.steps)
    x = steps(net.start)[0] * by.A.T @ b
    for j in range(net.layers):
        P = net.maps[0 if net.settings["shared"] else j]
        K1, K2 = (matrix(array(k), by.shape) for k in P.kernels)
        b1, b2 = (np.repeat(array(v).ravel(), by.cells) for v in P.biases)
        x = x + h[j] * by.A.T @ (b - by.A @ x)
        x = x + K2 @ np.maximum(K1 @ x + b1, 0.0) + b2
    return x


@EVERY_RANK
@pytest.mark.parametrize("settings", [{}, {"channels": 3}, {"shared": True}], ids=str)
def test_proximal_is_the_literal_loop_of_its_equation(settings, maker):
    check_literal(Proximal, proximal_by_hand, maker, settings)
