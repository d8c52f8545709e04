"""Networks between modes, before any training."""

from __future__ import annotations

import torch

from geoinv.learned.networks.mode_cores import CORES, EUnetCore, ResidualCore


def test_the_residual_core_starts_linear() -> None:
    core = ResidualCore(5, 3, width=8, depth=2)
    core.linear.copy_(torch.randn(3, 5, generator=torch.Generator().manual_seed(0)))
    y = torch.randn(7, 5, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(core(y), y @ core.linear.T)


def test_the_eunet_core_takes_other_layers_for_a_while() -> None:
    physics = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    core = EUnetCore(5, 3, embedding=6, width=4, layers=2, physics=physics)
    y = torch.randn(7, 5, generator=torch.Generator().manual_seed(1))
    two = core(y)
    with core.taking(5):
        assert not torch.allclose(core(y), two)
    assert torch.equal(core(y), two)
    core.drawn_layers = (2, 5)
    assert core.net.drawn_layers == (2, 5)


def test_a_core_is_made_again_of_its_settings() -> None:
    for kind in CORES.values():
        core = kind(data=5, modes=3)  # type: ignore[call-arg]
        assert CORES[kind.__name__](**core.settings).settings == core.settings
