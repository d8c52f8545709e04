"""The main field: its direction, the anomaly of its strength, and what it says to wrong numbers."""

from __future__ import annotations

import mpmath
import numpy as np
import numpy.testing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoinv import InputError, MainField, total_field_anomaly
from geoinv.surveys.main_field import direction_vector

FIELD = MainField(inclination=-37.0, declination=23.0, intensity=52000.0)


@pytest.mark.parametrize(
    ("inclination", "declination", "vector"),
    [
        (90.0, 0.0, (0, 0, -1)),  # down
        (-90.0, 45.0, (0, 0, 1)),
        (0.0, 0.0, (0, 1, 0)),  # north
        (0.0, 90.0, (1, 0, 0)),  # east: clockwise from north
        (0.0, -90.0, (-1, 0, 0)),
        (0.0, 180.0, (0, -1, 0)),
        (0.0, 270.0, (-1, 0, 0)),
        (45.0, 0.0, (0, np.sqrt(0.5), -np.sqrt(0.5))),
    ],
)
def test_inclination_is_positive_down_and_declination_clockwise_from_north(inclination, declination, vector):
    npt.assert_allclose(direction_vector(inclination, declination), vector, atol=1e-15)
    npt.assert_allclose(MainField(inclination, declination, 5e4).direction, vector, atol=1e-15)


@given(st.floats(-90.0, 90.0), st.floats(-360.0, 360.0))
def test_a_direction_has_length_one(inclination, declination):
    npt.assert_allclose(np.linalg.norm(direction_vector(inclination, declination)), 1.0, rtol=1e-15)


def strength_change(anomaly: tuple[float, float, float], field: MainField) -> float:
    with mpmath.workdps(120):
        base = [mpmath.mpf(field.intensity) * mpmath.mpf(float(c)) for c in field.direction]
        total = mpmath.norm([b + mpmath.mpf(a) for a, b in zip(anomaly, base, strict=True)])
        return float(total - mpmath.norm(base))


components = st.builds(lambda digits, exponent: digits * 10.0**exponent, st.floats(-9.0, 9.0), st.integers(-20, 5)).map(
    lambda value: value if abs(value) > 1e-30 else 0.0
)


@given(st.tuples(components, components, components))
def test_total_field_anomaly_is_the_difference_of_strengths_to_the_last_digits(anomaly):
    result = total_field_anomaly(*anomaly, FIELD)
    # where B lies across the field its projection is a small difference
    assert abs(float(result) - strength_change(anomaly, FIELD)) <= 4e-15 * np.linalg.norm(anomaly)


def test_total_field_anomaly_of_a_small_field_is_its_projection_and_of_a_large_one_more():
    small, large = 1e-3 * np.array([1.0, -2.0, 0.5]), 2e4 * np.array([1.0, -2.0, 0.5])
    npt.assert_allclose(total_field_anomaly(*small, FIELD), small @ FIELD.direction, rtol=1e-6)
    across = large - (large @ FIELD.direction) * FIELD.direction
    assert total_field_anomaly(*large, FIELD) > large @ FIELD.direction
    npt.assert_allclose(total_field_anomaly(*across, FIELD), np.hypot(52000.0, np.linalg.norm(across)) - 52000.0)


def test_total_field_anomaly_of_a_field_that_cancels_the_main_one_is_its_strength_lost():
    opposed = -FIELD.intensity * FIELD.direction
    npt.assert_allclose(total_field_anomaly(*opposed, FIELD), -52000.0)


def test_total_field_anomaly_takes_arrays_of_any_shape():
    be, bn, bu = np.random.default_rng(0).standard_normal((3, 4, 5))
    result = total_field_anomaly(be, bn, bu, FIELD)
    assert result.shape == (4, 5)
    npt.assert_allclose(result[2, 3], total_field_anomaly(be[2, 3], bn[2, 3], bu[2, 3], FIELD))
    npt.assert_allclose(total_field_anomaly(be, 0, bu, FIELD), total_field_anomaly(be, np.zeros((4, 5)), bu, FIELD))


def test_fields_of_equal_numbers_are_equal():
    assert MainField(65, 25, 50000) == MainField(np.float32(65), 25.0, np.int64(50000))
    assert hash(FIELD) == hash(MainField(-37.0, 23.0, 52000.0))
    with pytest.raises(AttributeError):
        FIELD.intensity = 1.0


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ((90.5, 0.0, 5e4), r"expects inclination between -90 and 90 degrees, got 90\.5; give angles in degrees"),
        ((50000.0, 65.0, 25.0), r"in the order inclination, declination, intensity"),
        ((0.0, 361.0, 5e4), r"expects declination between -360 and 360 degrees, got 361"),
        ((np.nan, 0.0, 5e4), r"expects inclination between -90 and 90 degrees, got nan"),
        ((0.0, np.inf, 5e4), r"expects declination between -360 and 360 degrees, got inf"),
        ((0.0, 0.0, 5e-5), r"expects intensity between 1000 and 200000 nT, got 5e-05; convert it to nanotesla"),
        ((0.0, 0.0, 50.0), r"expects intensity between 1000 and 200000 nT, got 50; .*1 uT = 1000 nT"),
        ((0.0, 0.0, np.nan), r"expects intensity between 1000 and 200000 nT, got nan"),
        ((0.0, 0.0, -5e4), r"expects intensity between 1000 and 200000 nT, got -50000"),
        (("steep", 0.0, 5e4), r"expects inclination to be a number, got 'steep'"),
        ((0.0, None, 5e4), r"expects declination to be a number, got None"),
        ((0.0, 0.0, [5e4, 6e4]), r"expects intensity to be a number, got \[50000\.0, 60000\.0\]"),
    ],
)
def test_what_cannot_be_the_main_field_is_said_in_a_sentence(numbers, sentence):
    with pytest.raises(InputError, match=r"^MainField " + sentence if sentence.startswith("expects") else sentence):
        MainField(*numbers)
