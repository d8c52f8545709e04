"""Whatever of a survey and its mesh differs from the training is named; what makes no difference passes."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from geoinv import Grid, InputError, MainField, Survey
from geoinv.algebra.matrices import MatrixOperator
from geoinv.learned.configuration.geometry import check_geometry, geometry_of
from geoinv.operators import Gravity, Magnetics

GRID = Grid.regular((3, 4, 5), (50.0, 100.0, 100.0), (-150.0, 5e6, 4e5))
SURVEY = Survey(*GRID.columns(), np.full(20, 30.0), field=MainField(65.0, 25.0, 50000.0))
A = Magnetics(GRID, SURVEY)
MOVED = SURVEY.easting + np.where(np.arange(20) == 7, 40.0, 0.0)
INACTIVE = np.arange(60).reshape(GRID.shape) != 59


def kept(operator=A):
    """What a file gives back."""
    return json.loads(json.dumps(geometry_of(operator)))


def test_the_same_geometry_passes_wherever_it_lies_and_whatever_the_precision():
    check_geometry("w", A, kept())
    away = Grid.regular((3, 4, 5), (50.0, 100.0, 100.0), (350.0, 0.0, 0.0))
    survey = Survey(*away.columns(), np.full(20, 530.0), field=SURVEY.field)
    check_geometry("w", Magnetics(away, survey, dtype="float32", engine="direct"), kept())
    # UTM coordinates of a file with three decimals
    rounded = replace(SURVEY, easting=np.round(SURVEY.easting + 3e-4, 3))
    check_geometry("w", Magnetics(GRID, rounded), kept())


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (Magnetics(GRID, SURVEY, unknown="magnetization"), "of magnetization where it was susceptibility"),
        (Magnetics(GRID, SURVEY.with_components(["be"])), "with components be where they were tmi"),
        (0.001 * A, r"with data in 0.001 times nT where they were in 1 times nT"),
        (A - Magnetics(GRID, SURVEY), "with data in another combination of nT"),
        (
            Magnetics(GRID, replace(SURVEY, field=MainField(60.0, 25.0, 50000.0), anomaly_direction=None)),
            r"with field 60 25 50000 where it was 65 25 50000 \(degrees, degrees, nT\)",
        ),
        (
            Magnetics(GRID, replace(SURVEY, anomaly_direction=(65.0, 20.0))),
            r"with anomaly direction 65 20 where it was 65 25 \(degrees\)",
        ),
        (
            Magnetics(Grid.regular((3, 4, 5), (51.0, 100.0, 100.0), (-153.0, 5e6, 4e5)), SURVEY),
            r"with other cells \(by .* of their coordinates\)",
        ),
        (Magnetics(GRID.with_active(INACTIVE), SURVEY), "with other active cells"),
        (Magnetics(GRID, replace(SURVEY, easting=MOVED)), r"with other stations \(by 0.0"),
        (Magnetics(GRID, replace(SURVEY, upward=SURVEY.upward + 1.0)), r"with other heights of its stations"),
    ],
)
def test_what_differs_is_named(other, told):
    sentence = (
        rf"w expects the geometry that it was trained with, got .*{told}.*; give the operator of the training, or"
    )
    with pytest.raises(InputError, match=sentence):
        check_geometry("w", other, kept())


def test_gravity_is_not_magnetics():
    gravity = Gravity(GRID, Survey(SURVEY.easting, SURVEY.northing, SURVEY.upward, components=("gz",)))
    with pytest.raises(InputError, match="got Gravity of density where it was susceptibility"):
        check_geometry("w", gravity, kept())


def test_an_operator_without_geometry_has_none_and_is_let_through():
    matrix = MatrixOperator(np.ones((20, 60)))
    assert geometry_of(matrix) is None
    check_geometry("w", matrix, kept())


@pytest.mark.parametrize("spoil", [{"cells": [1.0]}, {"field": "north"}, {"multiple": "x"}, {"unknown": 3}])
def test_a_spoilt_geometry_is_one_sentence(spoil):
    with pytest.raises(InputError, match="w expects the geometry"):
        check_geometry("w", A, {**kept(), **spoil})
    with pytest.raises(InputError, match=r"w expects the geometry .* got 'all'; copy it again"):
        check_geometry("w", A, "all")
