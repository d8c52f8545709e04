from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.conventions.quantities import COMPONENTS, GRAVITY_COMPONENTS, MAGNETIC_COMPONENTS, MODELS, QUANTITIES
from geoinv.conventions.units import unit_of

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)


@pytest.mark.parametrize("name", [*COMPONENTS, *MODELS])
def test_units_of_files_are_those_of_the_project(name: str) -> None:
    quantity = QUANTITIES[name]
    for text in (quantity.unit, quantity.attributes["units"]):
        unit = unit_of(text)
        assert unit is not None
        assert (unit.dimension, unit.factor) == (quantity.dimension, 1.0)


def test_densities_of_ubc_files_are_a_thousand_times_larger() -> None:
    unit = unit_of(QUANTITIES["density"].ubc_unit)
    assert unit is not None
    assert (unit.dimension, unit.factor) == ("density", 1000.0)


def test_gravity_gradients_per_metre_are_eotvos() -> None:
    # 1 Eotvos = 1e-9 1/s2 = 0.1 mGal/km
    for text, factor in (("mGal/m", 1e4), ("mGal/km", 10.0), ("1/s2", 1e9), ("Eötvös", 1.0)):
        unit = unit_of(text)
        assert unit is not None
        assert (unit.dimension, pytest.approx(unit.factor)) == ("gravity gradient", factor)


@pytest.mark.parametrize("name", MAGNETIC_COMPONENTS)
def test_components_of_a_field_linear_in_position(name: str) -> None:
    # B(x) = G x with a symmetric G: its value at (1, 1, 1) and its derivatives are known
    gradient = np.array([[1.0, 2.0, 3.0], [2.0, 5.0, 7.0], [3.0, 7.0, -6.0]])
    survey = geoinv.Survey([0.0], [0.0], [0.0], components=(name,), field=FIELD, anomaly_direction=(20.0, -40.0))
    coefficients = QUANTITIES[name].coefficients(survey.projection)
    values = {
        "tmi": survey.projection @ gradient.sum(axis=1),
        **dict(zip(("be", "bn", "bu"), gradient.sum(axis=1), strict=True)),
        **{f"b{i}{j}": gradient["enu".index(i), "enu".index(j)] for i in "enu" for j in "enu"},
    }
    ours = np.sum(coefficients * (gradient if QUANTITIES[name].order == 3 else gradient.sum(axis=1)))
    npt.assert_allclose(ours, values[name], rtol=1e-15)


def test_gravity_points_up_but_for_gz() -> None:
    assert [QUANTITIES[name].order for name in GRAVITY_COMPONENTS] == [1, 1, 1, 1, 2, 2, 2, 2, 2, 2]
    npt.assert_array_equal(QUANTITIES["gz"].coefficients(), -QUANTITIES["gu"].coefficients())
    npt.assert_array_equal(QUANTITIES["gnu"].coefficients(), [[0, 0, 0], [0, 0, 1], [0, 0, 0]])
