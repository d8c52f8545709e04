"""Models as arrays of one number a cell."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import Grid, InputError
from geoinv.formats.model_parts import model_parts

GRID = Grid([0.0, 1.0, 2.0], [0.0, 1.0], [0.0, 1.0]).with_active(np.array([[[True, False]]]))


def test_a_magnetization_has_three_parts_and_air_has_none():
    parts = model_parts("a.omf", GRID, np.arange(6.0).reshape(3, 1, 1, 2), "magnetization")
    assert [name for name, _ in parts] == ["magnetization_easting", "magnetization_northing", "magnetization_upward"]
    npt.assert_array_equal([values.ravel() for _, values in parts], [[0.0, np.nan], [2.0, np.nan], [4.0, np.nan]])


def test_another_shape_is_rejected():
    with pytest.raises(InputError, match=r"a\.omf expects a model of density of shape"):
        model_parts("a.omf", GRID, np.zeros((1, 2)), "density")
