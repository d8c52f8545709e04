"""Calibration: samples that are right, too close together, too far apart, or beside the truths."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from scipy.stats import f, kstest

import geoinv
from geoinv.probability.calibration import posterior_chi2, rank_p_value, ranks, tarp_coverage

DRAWS, MODELS, SIZE = 19, 2000, 3
RANDOM = np.random.default_rng(5)
CENTRES = RANDOM.standard_normal((MODELS, SIZE))
TRUTHS = CENTRES + 0.5 * RANDOM.standard_normal((MODELS, SIZE))
DEVIATIONS = 0.5 * RANDOM.standard_normal((DRAWS, MODELS, SIZE))

CALIBRATED = CENTRES + DEVIATIONS
CLOSE = CENTRES + 0.5 * DEVIATIONS
WIDE = CENTRES + 2.0 * DEVIATIONS
SHIFTED = CENTRES + DEVIATIONS + 0.3


def test_ranks_are_counts_of_lower_samples():
    found = ranks(CALIBRATED, TRUTHS)
    assert found[7, 1] == sum(sample < TRUTHS[7, 1] for sample in CALIBRATED[:, 7, 1])
    assert found.min() == 0
    assert found.max() == DRAWS


def test_ranks_of_calibrated_samples_are_uniform_and_others_are_not():
    # p-values of many independent experiments are themselves uniform
    many = [rank_p_value(part, DRAWS) for part in np.split(ranks(CALIBRATED, TRUTHS), 20)]
    assert kstest(np.ravel(many), "uniform").pvalue > 0.01
    for samples in (CLOSE, WIDE, SHIFTED):
        assert (rank_p_value(ranks(samples, TRUTHS), DRAWS) < 1e-6).all()
    middle = np.abs(ranks(CLOSE, TRUTHS) - DRAWS / 2) > np.abs(ranks(WIDE, TRUTHS) - DRAWS / 2)
    assert middle.mean() > 0.8
    assert ranks(SHIFTED, TRUTHS).mean() < 0.45 * DRAWS


def test_truths_on_a_bound_with_their_samples_have_uniform_ranks():
    held = ranks(np.zeros((DRAWS, MODELS, 1)), np.zeros((MODELS, 1)))
    assert rank_p_value(held, DRAWS)[0] > 0.01


def test_bins_of_unequal_numbers_of_ranks_are_expected_to_be_unequal():
    # 20 ranks in three bins: 7, 7 and 6 of them
    even = np.tile(np.arange(20), 30)[:, None]
    npt.assert_allclose(rank_p_value(even, DRAWS, bins=3), 1.0)


def test_tarp_covers_as_much_as_it_should():
    levels = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    npt.assert_allclose(tarp_coverage(CALIBRATED, TRUTHS, levels), levels, atol=4.0 * 0.5 / np.sqrt(MODELS) + 0.01)
    close = tarp_coverage(CLOSE, TRUTHS, levels)
    assert close[0] > 0.15
    assert close[-1] < 0.85
    wide = tarp_coverage(WIDE, TRUTHS, levels)
    assert wide[0] < 0.08
    assert wide[-1] > 0.93


def test_the_box_of_truths_sets_the_units_of_tarp():
    units = np.array([1.0, 1e6, 1e-6])
    npt.assert_array_equal(tarp_coverage(CLOSE * units, TRUTHS * units), tarp_coverage(CLOSE, TRUTHS))


def test_chi2_of_truths_is_one_for_calibrated_samples_however_few():
    for draws in (6, DRAWS):
        found = posterior_chi2(CALIBRATED[:draws], TRUTHS)
        # a squared Student ratio: F with 1 and draws - 1 degrees of freedom, over its mean
        spread = f.std(1, draws - 1) / f.mean(1, draws - 1) / np.sqrt(MODELS * SIZE)
        tolerance = 4.0 * spread if np.isfinite(spread) else 0.3
        npt.assert_allclose(found.mean(), 1.0, atol=tolerance)
    npt.assert_allclose(posterior_chi2(CLOSE, TRUTHS).mean() / posterior_chi2(WIDE, TRUTHS).mean(), 16.0, rtol=0.25)
    assert posterior_chi2(SHIFTED, TRUTHS).mean() > 1.2


def test_arrays_that_do_not_fit_are_refused():
    for judge in (ranks, tarp_coverage, posterior_chi2):
        with pytest.raises(geoinv.InputError, match=rf"{judge.__name__} expects samples \(draws, models, dimensions\)"):
            judge(np.zeros((5, 3)), np.zeros((5, 3)))
    with pytest.raises(geoinv.InputError, match="from 0 to 3, got others"):
        rank_p_value([[4]], 3)
    with pytest.raises(geoinv.InputError, match="got 10 bins and 20 models; take fewer bins"):
        rank_p_value(np.zeros((20, 1)), DRAWS)
    with pytest.raises(geoinv.InputError, match="levels from 0 to 1"):
        tarp_coverage(CALIBRATED, TRUTHS, [90.0])
    with pytest.raises(geoinv.InputError, match="two models or more, got 1"):
        tarp_coverage(CALIBRATED[:, :1], TRUTHS[:1])
    with pytest.raises(geoinv.InputError, match="4 draws or more, got 3"):
        posterior_chi2(CALIBRATED[:3], TRUTHS)
    with pytest.raises(geoinv.InputError, match="got 1 of 2 coordinates with one value"):
        posterior_chi2(np.arange(8.0).reshape(4, 1, 2) * [1.0, 0.0], np.zeros((1, 2)))
