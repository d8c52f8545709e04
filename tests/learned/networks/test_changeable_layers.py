"""Which networks may change their layers."""

from __future__ import annotations

from geoinv.learned import EUnet, OPTEnet
from geoinv.learned.networks.changeable_layers import has_changeable_layers
from geoinv.operators import TotalTime


def test_eunet_may_and_optenet_may_not() -> None:
    assert has_changeable_layers(EUnet(TotalTime(), embedding=8, layers=2))
    assert not has_changeable_layers(OPTEnet(TotalTime(), embedding=8, layers=2))
    assert not has_changeable_layers("text")
