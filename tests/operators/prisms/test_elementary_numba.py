"""Logarithms and angles of the prism kernels in units of the last place; run without the compiler as well."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import numpy.testing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoinv.operators.prisms import _elementary_numba as elementary

pytestmark = pytest.mark.kernels

MAGNITUDES = st.floats(-140.0, 140.0).map(lambda exponent: 10.0**exponent)
SIGNS = st.sampled_from([-1.0, 1.0])


def units_in_the_last_place(got: float, exact: mpmath.mpf) -> float:
    return float(abs(mpmath.mpf(float(got)) - exact) / np.spacing(abs(float(exact))))


@settings(max_examples=300)
@given(MAGNITUDES, MAGNITUDES)
def test_logarithm_of_a_growing_ratio_is_right_to_two_units_in_the_last_place(p, q):
    with mpmath.workdps(60):
        exact = mpmath.log1p(mpmath.mpf(p) / mpmath.mpf(q))
        assert units_in_the_last_place(elementary.log_of_ratio(p, q), exact) <= 2.0


@settings(max_examples=300)
@given(st.floats(1e-3, 1e3), st.floats(-0.999999, 4.0), st.floats(-100.0, 100.0))
def test_logarithm_near_one_is_right_to_two_units_in_the_last_place(q, share, exponent):
    p, q = share * q * 10.0**exponent, q * 10.0**exponent
    with mpmath.workdps(60):
        exact = mpmath.log1p(mpmath.mpf(p) / mpmath.mpf(q))
        # where p nears -q, a rounding of p, or of a multiple of q with up to twice its spacing, is more than a unit in
        # the last place of the logarithm
        allowed = 2.0 + (np.spacing(abs(p)) / (p + q) / np.spacing(abs(float(exact))) if p else 0.0)
        assert units_in_the_last_place(elementary.log_of_ratio(p, q), exact) <= allowed


def test_logarithm_of_equal_distances_is_zero():
    assert elementary.log_of_ratio(0.0, 3.0) == 0.0


@settings(max_examples=300)
@given(MAGNITUDES, MAGNITUDES, SIGNS, SIGNS)
def test_angle_of_any_magnitudes_is_right_to_two_units_in_the_last_place(height, base, up, right):
    with mpmath.workdps(300):
        exact = mpmath.atan2(mpmath.mpf(up * height), mpmath.mpf(right * base))
        assert units_in_the_last_place(elementary.angle_of(up * height, right * base), exact) <= 2.0


@settings(max_examples=300)
@given(st.floats(-math.pi, math.pi), st.floats(1e-6, 1e6))
def test_angle_is_right_to_two_units_in_the_last_place_all_round_the_circle(direction, distance):
    n, d = distance * math.sin(direction), distance * math.cos(direction)
    with mpmath.workdps(60):
        exact = mpmath.atan2(mpmath.mpf(n), mpmath.mpf(d)) if n else mpmath.mpf(0)
        assert (
            units_in_the_last_place(elementary.angle_of(n, d), exact) <= 2.0 if n else elementary.angle_of(n, d) == 0.0
        )


@pytest.mark.parametrize("d", [-1.0, -0.0, 0.0, 1.0])
@pytest.mark.parametrize("n", [0.0, -0.0])
def test_angle_on_the_cut_is_the_mean_of_both_sides(n, d):
    assert elementary.angle_of(n, d) == 0.0


def test_angle_is_a_right_one_on_the_vertical():
    assert elementary.angle_of(2.0, 0.0) == math.pi / 2
    assert elementary.angle_of(-2.0, 0.0) == -math.pi / 2


def test_the_quotient_of_lengths_is_antisymmetric():
    for a, b in ((1.0, 3.0), (1e-9, 5.0), (2.0, 2.0 + 4.5e-16)):
        npt.assert_allclose(elementary.log_of_quotient(a, b), math.log(a) - math.log(b), rtol=0, atol=1e-14)
        assert elementary.log_of_quotient(a, b) == -elementary.log_of_quotient(b, a)
