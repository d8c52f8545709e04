"""Vectors as amplitude, inclination and declination."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.conventions.directions import amplitude_and_angles


@pytest.mark.parametrize(("inclination", "declination"), [(60.0, 25.0), (-35.0, -170.0), (0.0, 90.0), (10.0, 179.0)])
def test_the_direction_of_a_main_field_comes_back(inclination, declination):
    field = geoinv.MainField(inclination, declination, 50000.0)
    found = amplitude_and_angles(3.0 * field.direction)
    npt.assert_allclose(found, (3.0, inclination, declination), atol=1e-12)


def test_vectors_that_vanish_have_no_direction_and_the_vertical_has_an_inclination():
    amplitude, inclination, _ = amplitude_and_angles(np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 2.0]]))
    npt.assert_array_equal(amplitude, [0.0, 2.0])
    npt.assert_array_equal(inclination, [np.nan, -90.0])
