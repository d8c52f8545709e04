"""Classes of rock in a result."""

from __future__ import annotations

import numpy as np

import geoinv
from geoinv.inversion.class_variables import class_variables


def test_air_has_no_class():
    active = np.array([[[True, False, True]]])
    mesh = geoinv.Grid.regular(shape=(1, 1, 3), spacing=(1.0, 1.0, 1.0)).with_active(active)
    rocks = [geoinv.RockClass("host", 0.0, 1.0), geoinv.RockClass("ore", 5.0, 1.0)]
    found = class_variables(mesh, rocks, np.array([[[[0.7, 0.5, 0.1]]], [[[0.3, 0.5, 0.9]]]]))
    assert found["rock_class"].values.ravel().tolist() == [0, -1, 1]
    assert found["rock_class"].attrs["flag_meanings"] == "no_rock host ore"
    assert found["rock_class"].attrs["flag_values"].tolist() == [-1, 0, 1]
    assert np.isnan(found["rock_class_probability"].values[:, 0, 0, 1]).all()
