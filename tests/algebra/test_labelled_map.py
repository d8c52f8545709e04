"""What every map says of its shapes: names and coordinates of a mesh, linear or not."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.operators import FieldStrength, Magnetics, SelfDemagnetization

GRID = geoinv.Grid.regular((2, 3, 4), (10.0, 10.0, 10.0))
SURVEY = geoinv.Survey([5.0, 15.0], [5.0, 5.0], [30.0, 30.0], field=geoinv.MainField(65.0, 25.0, 50000.0))


@pytest.mark.parametrize("kind", [Magnetics, FieldStrength, SelfDemagnetization])
def test_linear_and_other_operators_know_the_names_and_coordinates_of_a_mesh(kind):
    A = kind(GRID, SURVEY)
    assert A.domain_names == ("upward", "northing", "easting")
    assert list(A.domain_labels) == list(A.domain_names)
    npt.assert_array_equal(A.domain_labels["easting"], GRID.easting)
    assert (A.range_names, A.range_labels) == (("component", "station"), {"component": ["tmi"]})
    assert A.grid is GRID
    assert "(2, 3, 4) (upward, northing, easting)" in repr(A)


@pytest.mark.parametrize("kind", [FieldStrength, SelfDemagnetization])
def test_a_labelled_model_is_taken_along_its_coordinates(kind):
    A = kind(GRID, SURVEY)
    model = GRID.to_xarray(susceptibility=0.01 * np.arange(GRID.size).reshape(GRID.shape))["susceptibility"]
    npt.assert_allclose(A(model.transpose()[::-1]), A(model.values), rtol=1e-9)
