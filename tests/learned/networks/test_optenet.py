"""OPTEnet beside the literal loop of equation 3.7."""

from __future__ import annotations

import pytest
from networks import EVERY_RANK, Literal, array, check_literal, steps

from geoinv.learned import OPTEnet


def optenet_by_hand(net, A, b):
    """Equation 3.7."""
    by = Literal(net, A)
    E, h = by.embedding(array(net.embedding.kernel) if net.settings["embedding"] else None), steps(net.steps)
    phi = net.potential
    theta = [array(k[0]) for k in phi.kernels], [array(v[0]) for v in phi.biases], array(phi.weights[0])
    z = steps(net.start)[0] * E.T @ by.A.T @ b
    for j in range(net.layers):
        z = z - h[j] * E.T @ by.A.T @ (by.A @ E @ z - b) - h[j] * by.slope(z, *theta, 1.0)
    return E @ z


@EVERY_RANK
@pytest.mark.parametrize("settings", [{}, {"channels": 3}, {"potential_layers": 3, "width": 2}], ids=str)
def test_optenet_is_the_literal_loop_of_its_equation(settings, maker):
    check_literal(OPTEnet, optenet_by_hand, maker, settings)
