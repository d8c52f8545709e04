"""A learned gradient beside the literal loop of its equation."""

from __future__ import annotations

import pytest
import torch
from networks import EVERY_RANK, Literal, array, check_literal, steps

from geoinv.learned import LearnedGradient


def learned_gradient_by_hand(net, A, b):
    """Equation 3.8 with E = I and a U-Net in place of grad phi."""
    by = Literal(net, A)
    h = steps(net.steps)
    x = steps(net.start)[0] * by.A.T @ b
    for j in range(net.layers):
        unet = net.directions[0 if net.settings["shared"] else j]
        field = torch.from_numpy(x).reshape(1, net.layout.model_channels, *by.shape)
        x = x - h[j] * by.A.T @ (by.A @ x - b) - array(unet(field)).ravel()
    return x


@EVERY_RANK
@pytest.mark.parametrize("settings", [{}, {"channels": 3}, {"shared": True}], ids=str)
def test_learned_gradient_is_the_literal_loop_of_its_equation(settings, maker):
    check_literal(LearnedGradient, learned_gradient_by_hand, maker, settings)
