"""Koenigsberger ratios of magnetizations that are put together, and what is refused."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.surveys.remanence import koenigsberger_ratio

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)


def test_the_ratio_is_that_of_the_parts_whatever_the_direction_of_the_remanence():
    random = np.random.default_rng(0)
    chi = random.uniform(0.001, 0.1, (4, 5))
    # chi H with H = 50,000 nT / mu0 = 39.789 A/m
    induced = chi * 39.78873577 * FIELD.direction[:, None, None]
    remanent = random.standard_normal((3, 4, 5))
    expected = np.sqrt((remanent**2).sum(axis=0)) / (39.78873577 * chi)
    npt.assert_allclose(koenigsberger_ratio(induced + remanent, chi, FIELD), expected, rtol=1e-8)


def test_without_susceptibility_all_is_remanent():
    assert koenigsberger_ratio([1.0, 0.0, 0.0], 0.0, FIELD) == np.inf
    assert np.isnan(koenigsberger_ratio(np.zeros(3), 0.0, FIELD))


@pytest.mark.parametrize(
    ("magnetization", "chi", "words"),
    [
        (np.ones((2, 5)), 0.1, r"expects a magnetization of shape \(3, ...\)"),
        (np.ones((3, 5)), np.ones(4), r"got \(3, 5\) and \(4,\)"),
        (np.full((3, 5), np.nan), 0.1, "expects finite the magnetization"),
    ],
)
def test_what_is_no_magnetization_is_refused(magnetization, chi, words):
    with pytest.raises(geoinv.InputError, match=words):
        koenigsberger_ratio(magnetization, chi, FIELD)
