"""What the data of an operator are called in files."""

from __future__ import annotations

import numpy as np
from inversions import FIELD

import geoinv
from geoinv.algebra.matrices import MatrixOperator
from geoinv.surveys.quantities import data_quantities

GRID = geoinv.Grid.regular((1, 2, 2), (10.0, 10.0, 10.0), (-10.0, 0.0, 0.0))
SURVEY = geoinv.Survey([5.0, 15.0], [5.0, 5.0], [2.0, 2.0], components=("tmi", "buu"), field=FIELD)
A = geoinv.operators.Magnetics(GRID, SURVEY)


def test_data_of_an_operator_are_the_components_of_its_survey():
    found = data_quantities(A, A.range_shape)
    assert found is not None
    assert [name for name, _ in found] == ["tmi", "buu"]
    assert [attributes["units"] for _, attributes in found] == ["nT", "nT m-1"]


def test_multiples_and_sums_lose_their_units():
    for operator, names in ((2.0 * A, ["scaled_tmi", "scaled_buu"]), (A + 0.5 * A, None)):
        found = data_quantities(operator, A.range_shape)
        assert found is not None
        assert all("units" not in attributes for _, attributes in found if names)
        if names:
            assert [name for name, _ in found] == names
            assert found[0][1]["long_name"].startswith("2 times ")


def test_nothing_is_said_of_other_data():
    assert data_quantities(MatrixOperator(np.eye(2)), (2,)) is None
    assert data_quantities(A, (4,)) is None
    assert data_quantities(A, (2, 3)) is None
