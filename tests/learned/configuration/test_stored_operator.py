"""What a file keeps of an operator makes it again, and tells it from any other."""

from __future__ import annotations

import json

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import Grid, InputError, MainField, Survey
from geoinv.algebra.matrices import MatrixOperator
from geoinv.learned.configuration.operator_table import OPERATORS, make_operator
from geoinv.learned.configuration.stored_operator import check_operator, describe_operator, response
from geoinv.operators import Blur, Gravity, Magnetics, MagneticSection, StraightRayTomography, TotalTime

ENDS = np.random.default_rng(0).uniform(0.0, 3.0, (5, 4))
GRID = Grid.regular((2, 2, 2), (10.0, 20.0, 20.0), (-20.0, 0.0, 0.0))

MADE = {
    "Blur": Blur((4, 5), 1.5, "zero", "direct", "float32"),
    "MagneticSection": MagneticSection((3, 4), 0.7, 2.0, 60.0, 50.0, "line", "float32"),
    "StraightRayTomography": StraightRayTomography((3, 4), (1.0, 0.5), ENDS[:, :2], ENDS[:, 2:]),
    "TotalTime": TotalTime(5),
    "Magnetics": Magnetics(GRID, Survey(*ENDS.T[:3] * 10.0 + 20.0, field=MainField(65.0, 25.0, 5e4))),
    "Gravity": Gravity(GRID, Survey(*ENDS.T[:3] * 10.0 + 20.0, components=("gz", "gee"))),
}


def test_every_operator_that_a_table_makes_is_tried():
    assert set(MADE) == set(OPERATORS)


@pytest.mark.parametrize("name", MADE)
def test_the_table_in_a_file_makes_the_same_matrix(name):
    A = MADE[name]
    kept = json.loads(json.dumps(describe_operator(A)))
    again = make_operator("w.safetensors (its operator)", kept["operator"])
    assert again.dtype == A.dtype
    # prisms may take another engine, within the same tolerance
    tolerance = 1e-6 * abs(A.to_dense()).max() if "geometry" in kept else 0.0
    npt.assert_allclose(again.to_dense(), A.to_dense(), rtol=0, atol=tolerance)
    check_operator("w.safetensors", again, kept["response"], name)


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("factor", [-1.0, 1.01, 1e9])
def test_a_multiple_is_another_operator(name, factor):
    with pytest.raises(InputError, match=r"expects the operator it was trained with, A, got .* whose data differ by"):
        check_operator("w", factor * MADE[name], response(MADE[name]), "A")


def test_precision_and_method_make_no_other_operator():
    check_operator("w", Blur((6, 5), 2.0, method="direct"), response(Blur((6, 5), 2.0, dtype="float32")), "A")


def test_one_changed_row_of_a_matrix_is_seen():
    matrix = np.random.default_rng(1).standard_normal((30, 20))
    other = matrix.copy()
    other[7] *= 1.1
    with pytest.raises(InputError, match="whose data differ by"):
        check_operator("w", MatrixOperator(other), response(MatrixOperator(matrix)), "A")
    check_operator("w", MatrixOperator(matrix.astype(np.float32)), response(MatrixOperator(matrix)), "A")


def test_a_class_of_the_users_own_is_never_taken_for_the_one_it_extends():
    class Darker(Blur):
        def _forward(self, x):
            return 0.5 * super()._forward(x)

    assert "operator" not in describe_operator(Darker((4, 5), 1.0))
