"""Residual networks beside their definition."""

from __future__ import annotations

import numpy.testing as npt
import pytest
import torch
from torch.nn import functional

from geoinv.learned.layers.residual import ResidualNetwork


@pytest.mark.parametrize(("rank", "depth"), [(0, 2), (0, 4), (2, 3), (3, 2)])
def test_its_size_is_what_it_learns(rank, depth):
    network = ResidualNetwork(3, 5, depth, rank, 3)
    assert sum(p.numel() for p in network.parameters()) == ResidualNetwork.size(3, 5, depth, rank, 3)


def test_of_images_it_is_torchs_own_layers():
    network = ResidualNetwork(2, 4, 3, 2, 3, torch.Generator().manual_seed(1)).double()
    with torch.no_grad():
        for bias in network.biases:
            bias.uniform_(-1.0, 1.0)
    x = torch.randn(2, 2, 5, 6, dtype=torch.float64)
    a = x
    for number in range(3):
        a = functional.conv2d(a, network.kernels[number], network.biases[number].ravel(), padding=1)
        a = torch.relu(a) if number < 2 else a
    npt.assert_allclose(network(x).detach(), (x + a).detach(), atol=1e-12)


def test_it_starts_near_the_identity_and_by_its_seed():
    made = [ResidualNetwork(8, 16, 2, 0, 1, torch.Generator().manual_seed(s)) for s in (0, 0, 1)]
    x = torch.randn(50, 8)
    with torch.no_grad():
        away = made[0](x) - x
        assert 0.0 < float(away.std()) < 0.3
        assert torch.equal(made[0](x), made[1](x))
        assert not torch.equal(made[0](x), made[2](x))
