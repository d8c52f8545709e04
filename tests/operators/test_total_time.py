"""The duathlon's operator."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.operators import TotalTime


@pytest.mark.parametrize("legs", [1, 2, 5])
def test_total_time_is_a_row_of_ones(legs):
    npt.assert_array_equal(TotalTime(legs).to_dense(), np.ones((1, legs)))
    npt.assert_array_equal(TotalTime(legs).T.to_dense(), np.ones((legs, 1)))


def test_norm_is_the_root_of_the_number_of_legs():
    npt.assert_allclose(TotalTime(5).norm(), np.sqrt(5.0), rtol=1e-14)


def test_races_that_end_at_the_same_time_cannot_be_told_apart():
    A = TotalTime()
    npt.assert_array_equal(A([[3.0, -5.0], [1.0, -3.0], [-1.0, -1.0]]), np.full((3, 1), -2.0))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"legs": 0}, "expects positive legs, got 0.0; give the number of legs"),
        ({"legs": (2,)}, r"expects legs of shape \(\)"),
        ({"dtype": "int64"}, "dtype to be one of float64, float32"),
    ],
)
def test_bad_arguments_are_refused_with_a_remedy(arguments, message):
    with pytest.raises(geoinv.InputError, match=f"TotalTime.*{message}"):
        TotalTime(**arguments)
