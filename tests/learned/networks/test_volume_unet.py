"""VolumeUNet: what it gives for a cell depends on the cells around it alone."""

from __future__ import annotations

import pytest
import torch

from geoinv.core.checks import InputError
from geoinv.learned.networks.volume_unet import VolumeUNet


def _random(*arguments: object) -> VolumeUNet:
    torch.manual_seed(1)
    network = VolumeUNet(*arguments).double()  # type: ignore[arg-type]
    with torch.no_grad():
        for weights in network.parameters():
            weights.copy_(0.3 * torch.randn(weights.shape, dtype=torch.float64))
    return network


def test_it_begins_as_zero() -> None:
    assert not VolumeUNet(2, 1, (4, 8))(torch.randn(1, 2, 6, 6, 6)).any()


def test_a_cell_does_not_know_how_large_the_volume_is() -> None:
    network = _random(2, 1, (3, 5))
    volume = torch.zeros(1, 2, 8, 64, 64, dtype=torch.float64)
    volume[..., 28:36, 28:36] = torch.randn(8, 8)
    part = network(volume[..., 8:56, 8:56])
    assert torch.allclose(network(volume)[..., 24:40, 24:40], part[..., 16:32, 16:32], atol=1e-12)


def test_its_settings_make_another_of_its_form() -> None:
    network = _random(3, 2, (3, 5))
    other = VolumeUNet(**network.settings).double()
    other.load_state_dict(network.state_dict())
    x = torch.randn(2, 3, 5, 7, 9, dtype=torch.float64)
    assert torch.equal(other(x), network(x))


@pytest.mark.parametrize("arguments", [(0, 1, (4,)), (1, 1, ()), (1, 1, (4, 0)), (1, 1.5, (4,)), (1, 1, (10**9,))])
def test_sizes_that_are_none_are_rejected(arguments: tuple[object, ...]) -> None:
    with pytest.raises(InputError, match="VolumeUNet expects"):
        VolumeUNet(*arguments)  # type: ignore[arg-type]
