"""Trade-offs led to their targets."""

from __future__ import annotations

import pytest

from geoinv.inversion.trade_offs import TradeOff


@pytest.mark.parametrize("power", [0.6, 1.0, 1.8])
@pytest.mark.parametrize("start", [0.01, 30.0])
def test_a_misfit_that_is_a_power_of_beta_is_met_in_a_few_trials(power, start):
    one = TradeOff(start, 2.0)
    for _ in range(8):
        one = one.told(2.0 * one.beta**power)
        if one.fits:
            break
    assert one.fits


def test_beta_never_moves_by_more_than_a_factor_of_three():
    assert TradeOff(1.0, 1.0).told(1e6).beta == pytest.approx(1.0 / 3.0)
    assert TradeOff(1.0, 1.0).told(0.0).beta == pytest.approx(3.0)


def test_data_that_fit_whatever_the_trade_off_are_granted():
    one = TradeOff(1.0, 1.0, first=1.0)
    for _ in range(30):
        one = one.told(0.9)
    assert one.fits
    assert one.granted
    assert one.beta < 100.0


def test_it_knows_how_far_it_has_come():
    assert TradeOff(1.0, 1.0, first=4.0).relative == 0.25
    assert TradeOff(1.0, 1.0).relative == 1.0
