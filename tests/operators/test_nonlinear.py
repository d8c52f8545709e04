"""Operators around one of prisms: they have its mesh, precision, engine and decay, and models of their own unknown."""

from __future__ import annotations

import pytest

import geoinv
from geoinv.operators import FieldStrength, SelfDemagnetization

GRID = geoinv.Grid.regular((2, 3, 4), (10.0, 10.0, 10.0))
SURVEY = geoinv.Survey([5.0, 15.0], [5.0, 5.0], [30.0, 30.0], field=geoinv.MainField(65.0, 25.0, 50000.0))


@pytest.mark.parametrize("unknown", ["susceptibility", "magnetization"])
def test_models_are_of_the_unknown_that_was_asked_for(unknown):
    A = FieldStrength(GRID, SURVEY, "dense", dtype="float32", unknown=unknown)
    assert (A.unknown, A.dtype, A.engine, A.decay_exponent) == (unknown, "float32", "dense", 3.0)
    assert A.domain_shape == ((3, *GRID.shape) if unknown == "magnetization" else GRID.shape)
    assert len(A.domain_names) == len(A.domain_shape)


def test_a_magnetization_inside_leaves_susceptibilities_outside():
    A = SelfDemagnetization(GRID, SURVEY, "dense")
    assert (A.unknown, A.domain_shape, A.range_shape) == ("susceptibility", GRID.shape, (1, 2))
    assert (A.mesh, A.survey, A.choice.engine) == (GRID, SURVEY, "dense")
