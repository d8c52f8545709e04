"""The search for a beta, on misfits that are a known function of it."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.inversion.beta_search import BetaSearch, Trial
from geoinv.inversion.objective import State


def trial(beta: float, misfit: float, penalty: float = 1.0) -> Trial:
    """Trial of one datum."""
    return Trial(beta, State(np.zeros(1), np.zeros(1), misfit, penalty, beta), misfit)


def search_for(target: float, misfit, beta: float, most: int = 40) -> tuple[BetaSearch, list[float]]:
    """Search until the window is met or the target is said to be out of reach; and the betas tried."""
    search, tried = BetaSearch(target), [beta]
    low, high = search.window
    while not low <= misfit(tried[-1]) <= high and not search.slow:
        assert len(tried) < most, tried
        search = search.with_trial(trial(tried[-1], misfit(tried[-1])))
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
    search = BetaSearch(1.0)
    search = search.with_trial(trial(60.0, 8.0))
    search = search.with_trial(trial(10.0, 1.5))
    needed = np.log(1.5) / (np.log(8.0 / 1.5) / np.log(6.0))
    further = 1.0 + 0.5 * np.log(1.5)
    assert search.next_beta() == pytest.approx(10.0 * np.exp(-further * needed))
    closer = search.with_trial(trial(6.0, 1.05))
    needed = np.log(1.05) / (np.log(1.5 / 1.05) / np.log(10.0 / 6.0))
    assert closer.next_beta() == pytest.approx(6.0 * np.exp(-1.2 * needed))


def test_a_misfit_that_hardly_falls_is_slow_and_the_steps_grow():
    search, tried = search_for(1.0, lambda beta: 5.0 + 1e-3 * beta, 1e3)
    assert search.slow
    assert len(tried) < 12
    assert tried[-2] / tried[-1] > 30.0


def test_neighbours_that_disagree_more_than_minima_can_reopen_the_search():
    search = BetaSearch(1.0)
    search = search.with_trial(trial(1.0, 0.5))
    search = search.with_trial(trial(1.01, 2.0))
    assert search.contradicted
    assert search.below is None
    assert search.next_beta() == pytest.approx(1.01 / 6.0)


def test_neighbours_as_steep_as_minima_can_be_do_not_contradict():
    search = BetaSearch(1.0)
    search = search.with_trial(trial(1.0, 0.95))
    search = search.with_trial(trial(1.2, 0.95 * 1.2**2))
    assert not search.contradicted
    assert 1.0 < search.next_beta() < 1.2


def test_when_even_phi_alone_fits_better_than_asked_it_is_said():
    search = BetaSearch(1.0)
    for beta in (1.0, 36.0, 1296.0):
        assert not search.below_everywhere
        search = search.with_trial(trial(beta, 0.5))
    assert search.below_everywhere


def test_equal_misfits_at_betas_next_to_each_other_do_not_say_what_phi_alone_prefers():
    # as loose minimisations gave them: each trial contradicts the ones above the target, which are then dropped
    search = BetaSearch(1.0)
    for beta, misfit in ((600.0, 370.0), (2.47, 1.079), (1.73, 0.774), (2.07, 0.774), (2.26, 0.774)):
        search = search.with_trial(trial(beta, misfit))
        assert not search.below_everywhere


def test_the_closest_of_all_that_were_tried_is_kept():
    search = BetaSearch(1.0)
    for beta, misfit in ((100.0, 9.0), (10.0, 0.975), (50.0, 4.0), (20.0, 1.241)):
        search = search.with_trial(trial(beta, misfit))
    assert search.closest().misfit == 0.975


def test_another_target_is_searched_with_the_trials_so_far():
    search = BetaSearch(1.0)
    for beta, misfit in ((100.0, 9.0), (10.0, 6.0), (1.0, 5.0)):
        search = search.with_trial(trial(beta, misfit))
    other = search.with_target(7.5)
    assert (other.above.misfit, other.below.misfit) == (9.0, 5.0)
    assert 1.0 < other.next_beta() < 100.0


def test_a_minimisation_starts_from_the_trial_with_the_least_objective():
    search = BetaSearch(1.0)
    search = search.with_trial(trial(10.0, 4.0, penalty=1.0))
    search = search.with_trial(trial(1.0, 0.5, penalty=3.0))
    assert search.start(5.0).misfit == 4.0
    assert search.start(0.1).misfit == 0.5
    assert BetaSearch(1.0).start(1.0) is None


def test_once_inside_a_bracket_the_trials_closest_to_the_target_decide():
    search = BetaSearch(1.0)
    for beta, misfit in ((2.33, 2.758), (0.627, 0.7284), (0.858, 0.952)):
        search = search.with_trial(trial(beta, misfit))
    rate = np.log(0.952 / 0.7284) / np.log(0.858 / 0.627)
    assert search.next_beta() == pytest.approx(0.858 * np.exp(np.log(1.0 / 0.952) / rate))
