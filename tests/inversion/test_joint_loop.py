"""When the coupling grows and falls."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from geoinv.inversion.joint_loop import JointRun
from geoinv.inversion.trade_offs import TradeOff


def run(misfits=(1.0, 1.0), betas=(1.0, 1.0), structure=0.5, coupled=True, gain=0.01):
    trade_offs = tuple(
        TradeOff(beta, 1.0, misfit=misfit, first=1.0) for beta, misfit in zip(betas, misfits, strict=True)
    )
    coupling = SimpleNamespace() if coupled else None
    return JointRun(SimpleNamespace(), coupling, (), 1.0, trade_offs, np.zeros((2, 1)), structure, 0.1, gain)


@pytest.mark.parametrize(
    ("changed", "factor"),
    [
        ({}, 2.0),
        ({"coupled": False}, 1.0),
        ({"misfits": (1.0, 1.3)}, 1.0),
        ({"betas": (1.0, 0.2)}, 1.0),
        ({"betas": (1.0, 0.05)}, 1.0),
        ({"betas": (1.0, 0.05), "misfits": (1.0, 1.05)}, 0.5),
        ({"gain": 0.2}, 1.0),
        ({"structure": 0.108}, 1.2),
        ({"structure": 0.09}, 1.0),
        ({"structure": 0.072}, 0.8),
        ({"structure": 0.001}, 0.5),
    ],
)
def test_the_coupling_follows_structure_and_fit(changed, factor):
    assert run(**changed).stronger() == pytest.approx(factor)
