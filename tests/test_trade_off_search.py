"""The search for a trade-off, on misfits that are a known function of it."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.solvers import State
from geoinv.trade_off_search import TradeOffSearch, Trial


def trial(beta: float, misfit: float, penalty: float = 1.0, settled: bool = True) -> Trial:
    """Trial of one datum."""
    return Trial(beta, State(np.zeros(1), np.zeros(1), misfit, penalty), misfit, settled)


def search_for(target: float, misfit, beta: float, most: int = 40) -> tuple[TradeOffSearch, list[float]]:
    """Search until the window is met or the target is said to be out of reach; and the trade-offs tried."""
    search, tried = TradeOffSearch(target), [beta]
    low, high = search.window
    while not low <= misfit(tried[-1]) <= high and not search.stalled:
        assert len(tried) < most, tried
        search.add(trial(tried[-1], misfit(tried[-1])))
        tried.append(search.next_beta())
    return search, tried


@pytest.mark.parametrize(
    "misfit",
    [
        lambda beta: 0.5 + 1e-3 * beta,
        lambda beta: 0.05 * beta**0.6,
        lambda beta: 0.97 + 0.1 * np.log1p(beta),
        lambda beta: 2.0 * beta if beta > 1.7 else 0.5 + 0.3 * beta,
    ],
    ids=["a line", "a power", "slow", "with a jump"],
)
@pytest.mark.parametrize("beta", [1e4, 1e-2])
def test_the_target_is_met_from_both_sides(misfit, beta):
    _, tried = search_for(1.0, misfit, beta)
    assert 0.98 <= misfit(tried[-1]) <= 1.01


def test_near_the_target_cooling_goes_no_further_than_the_last_two_misfits_ask_for():
    search = TradeOffSearch(1.0)
    search.add(trial(60.0, 8.0))
    search.add(trial(10.0, 1.5))
    needed = np.log(1.5) / (np.log(8.0 / 1.5) / np.log(6.0))
    assert search.next_beta() == pytest.approx(10.0 * np.exp(-1.5 * needed))


def test_a_misfit_that_no_longer_falls_is_a_stall():
    search, tried = search_for(1.0, lambda beta: 5.0 + 1e-3 * beta, 1e3)
    assert search.stalled
    assert search.thorough
    assert len(tried) < 12


def test_a_trial_left_on_its_way_down_gives_the_middle_of_the_bracket():
    search = TradeOffSearch(1.0)
    search.add(trial(8.0, 1.1))
    search.add(trial(2.0, 0.9, settled=False))
    assert search.next_beta() == pytest.approx(4.0)


def test_neighbours_that_disagree_reopen_the_search_and_make_it_thorough():
    search = TradeOffSearch(1.0)
    search.add(trial(1.0, 0.5))
    search.add(trial(1.01, 2.0))
    assert search.below is None
    assert search.thorough
    assert search.next_beta() == pytest.approx(1.01 / 6.0)


def test_a_minimisation_starts_from_the_trial_with_the_least_objective():
    search = TradeOffSearch(1.0)
    search.add(trial(10.0, 4.0, penalty=1.0))
    search.add(trial(1.0, 0.5, penalty=3.0))
    assert search.start(5.0).misfit == 4.0
    assert search.start(0.1).misfit == 0.5
    assert TradeOffSearch(1.0).start(1.0) is None
