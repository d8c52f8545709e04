"""The U-Net: sizes of every kind, its start at zero, its time, and that it can learn."""

from __future__ import annotations

import pytest
import torch

import geoinv
from geoinv.learned.layers.unet import UNet

GRIDS = [(), (28, 28), (7, 5), (1, 1), (96, 32), (5, 6, 7)]


def stirred(network: UNet) -> UNet:
    """The network with random weights everywhere, as training would leave it."""
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    return network


@pytest.mark.parametrize("grid", GRIDS, ids=str)
@pytest.mark.parametrize("time", [False, True])
def test_a_grid_of_any_size_keeps_its_size(grid, time):
    network = stirred(UNet(2, 3, width=4, rank=len(grid), time=time))
    x = torch.randn(2, 2, *grid)
    y = network(x, torch.tensor([0.0, 700.0])) if time else network(x)
    assert y.shape == (2, 3, *grid)
    assert torch.isfinite(y).all()


@pytest.mark.parametrize("grid", [(), (9, 6), (5, 4, 3)], ids=str)
def test_a_batch_equals_a_loop(grid):
    network = stirred(UNet(2, 2, width=8, rank=len(grid), time=True)).double()
    x, time = torch.randn(3, 2, *grid, dtype=torch.float64), torch.tensor([3.0, 40.0, 900.0], dtype=torch.float64)
    loop = torch.cat([network(x[i : i + 1], time[i : i + 1]) for i in range(3)])
    torch.testing.assert_close(network(x, time), loop, rtol=1e-10, atol=1e-10)


def test_it_starts_at_zero_whatever_the_input():
    assert not UNet(1, 1, width=8, rank=2)(torch.randn(2, 1, 10, 11)).any()


def test_the_time_changes_the_result():
    network = stirred(UNet(3, 3, width=8, rank=0, time=True))
    x = torch.randn(1, 3).expand(2, 3)
    early, late = network(x, torch.tensor([5.0, 500.0]))
    assert not torch.allclose(early, late)


def test_its_gradient_is_that_of_finite_differences():
    network = stirred(UNet(1, 1, width=2, rank=2, depth=1)).double()
    x = torch.randn(1, 1, 3, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(network, x)
    assert torch.autograd.gradgradcheck(network, x)


def test_channels_last_gives_the_same_numbers():
    network = stirred(UNet(2, 2, width=8, rank=2))
    x = torch.randn(2, 2, 12, 13)
    expected = network(x)
    result = network.to(memory_format=torch.channels_last)(x.to(memory_format=torch.channels_last))
    torch.testing.assert_close(result, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("grid", "updates"), [((), 300), ((4, 3), 80)], ids=str)
def test_it_learns_a_map_that_is_not_linear(grid, updates):
    torch.manual_seed(0)
    network = UNet(2, 2, width=16, rank=len(grid), depth=1)
    x = torch.randn(16, 2, *grid)
    adam = torch.optim.Adam(network.parameters(), lr=1e-2)
    for _ in range(updates):
        adam.zero_grad()
        loss = (network(x) - x.abs()).square().mean()
        loss.backward()
        adam.step()
    assert float(loss.detach()) < 0.1 * float((x.abs() - x.abs().mean()).square().mean())


def test_what_does_not_fit_is_refused_in_one_sentence():
    with pytest.raises(geoinv.InputError, match="expects rank 0"):
        UNet(1, 1, width=8, rank=1)
    with pytest.raises(geoinv.InputError, match="one or more"):
        UNet(1, 1, width=0, rank=2)
    with pytest.raises(geoinv.InputError, match="expects a tensor of 4 dimensions"):
        UNet(1, 1, width=8, rank=2)(torch.zeros(1, 8, 8))
    with pytest.raises(geoinv.InputError, match="expects a time"):
        UNet(1, 1, width=8, rank=2, time=True)(torch.zeros(1, 1, 8, 8))
    with pytest.raises(geoinv.InputError, match="expects a time"):
        UNet(1, 1, width=8, rank=2)(torch.zeros(1, 1, 8, 8), torch.zeros(1))
