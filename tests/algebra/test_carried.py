"""Sums, multiples and compositions of operators: what they carry, and inversions with them."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.inversion.base_level import WithoutBaseLevel
from geoinv.operators import Magnetics

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)


def magnetics(active=None, **arguments):
    grid = geoinv.Grid.regular((4, 6, 6), (20.0, 20.0, 20.0), (-80.0, 0.0, 0.0))
    if active is not None:
        grid = grid.with_active(active)
    random = np.random.default_rng(3)
    stations = random.uniform(5.0, 115.0, (2, 25))
    survey = geoinv.Survey(*stations, random.uniform(2.0, 9.0, 25), field=FIELD)
    return Magnetics(grid, survey, engine="dense", **arguments)


def with_air():
    active = np.ones((4, 6, 6), bool)
    active[3, :3, 2:] = False
    return active


def problem(A):
    """Data of a block with noise of 2 % of the largest, and the noise."""
    model = np.zeros(A.domain_shape)
    model[1:3, 2:4, 2:4] = 0.05
    clean = A(model)
    deviation = 0.02 * np.abs(clean).max()
    return clean + deviation * np.random.default_rng(0).standard_normal(clean.shape), deviation


@pytest.mark.parametrize("factor", [1e-12, 1e-9, -1.0, 1e3, 1e12])
@pytest.mark.parametrize("regularizer", [None, geoinv.Smooth(weighting="distance"), geoinv.Smooth(weighting=None)])
def test_another_unit_of_the_data_gives_the_same_model(factor, regularizer):
    A = magnetics(with_air())
    data, deviation = problem(A)
    expected = geoinv.invert(A, data, deviation, regularizer=regularizer)
    got = geoinv.invert(factor * A, factor * data, abs(factor) * deviation, regularizer=regularizer)
    npt.assert_allclose(got.model, expected.model, atol=1e-6 * np.abs(expected.model).max())
    assert got.status == expected.status
    assert not got.model[~A.grid.active].any()


def test_a_multiple_has_the_cells_stations_and_weights_of_its_operator():
    A = magnetics(with_air())
    B = -0.5 * (4.0 * A)
    assert (B.grid, B.survey, B.unknown, B.data_multiple) == (A.grid, A.survey, "susceptibility", -2.0)
    assert B.name == "-2 * Magnetics"
    npt.assert_allclose(B.gram_diagonal(3.0), (np.asarray(B.to_dense()) ** 2).sum(axis=0).reshape(B.domain_shape) * 9.0)
    assert (B.decay_exponent, (A + A).decay_exponent) == (3.0, 3.0)
    assert not hasattr(2.0 * Identity((3,)), "gram_diagonal")


def test_a_sum_has_what_both_parts_have_and_every_cell_that_one_of_them_sees():
    A = magnetics(with_air())
    elsewhere = np.ones((4, 6, 6), bool)
    elsewhere[3, 3:, :2] = False
    B = Magnetics(A.grid.with_active(elsewhere), A.survey.with_data(None), engine="dense")
    both = A + B
    npt.assert_array_equal(both.grid.active, with_air() | elsewhere)
    assert both.survey is A.survey
    assert both.data_multiple == 1.0
    assert (A - B).data_multiple is None
    other_stations = Magnetics(A.grid, A.survey.select(slice(None, None, -1)), engine="dense")
    assert not hasattr(A + other_stations, "survey")
    assert (A + other_stations).grid is A.grid
    shifted = geoinv.Grid.regular((4, 6, 6), (20.0, 20.0, 20.0), (-80.0, 0.0, 5.0))
    assert not hasattr(A + Magnetics(shifted, A.survey, engine="dense"), "grid")


def test_compositions_have_the_cells_of_the_inner_and_the_stations_of_the_outer_operator():
    A = magnetics()
    flat = MatrixOperator(np.eye(25))
    within = WithoutBaseLevel(np.ones(A.range_shape)) @ A
    assert (within.grid, within.survey, within.decay_exponent) == (A.grid, A.survey, 3.0)
    assert (A.T @ A).grid is A.grid
    assert not hasattr(A.T @ A, "survey")

    class Rows(LinearOperator):
        domain_shape, range_shape, dtype = (1, 25), (25,), np.dtype(float)
        _forward = staticmethod(lambda x: x[:, 0])
        _adjoint = staticmethod(lambda y: y[:, None])

    mixed = flat @ Rows() @ A
    assert mixed.grid is A.grid
    assert not hasattr(mixed, "survey")
    embedded = (3.0 * A) @ Identity(A.domain_shape)
    assert embedded.survey is A.survey
    assert embedded.data_multiple == 3.0
    assert not hasattr(embedded, "grid")


def buried():
    A = magnetics()
    return Magnetics(A.grid, geoinv.Survey([50.0], [50.0], [-3.0], field=FIELD), engine="dense")


@pytest.mark.parametrize(
    "combine",
    [
        lambda A: 2.0 * A,
        lambda A: -A,
        lambda A: A + A,
        lambda A: A - Magnetics(A.grid, geoinv.Survey([50.0], [50.0], [9.0], field=FIELD), engine="dense"),
        lambda A: A @ Identity(A.domain_shape),
        lambda A: WithoutBaseLevel(np.ones((1, 1))) @ A,
        lambda A: 0.5 * (A @ Identity(A.domain_shape) + A),
    ],
)
def test_stations_inside_rock_are_refused_in_every_combination(combine):
    with pytest.raises(geoinv.InputError, match="stations outside the active cells"):
        geoinv.invert(combine(buried()), [[1.0]], 0.1)


def test_units_are_claimed_for_the_components_of_the_survey_only():
    A = magnetics()
    data, deviation = problem(A)
    nanotesla = geoinv.invert(A, data, deviation, beta=1.0).to_xarray()
    tesla = geoinv.invert(1e-9 * A, 1e-9 * data, 1e-9 * deviation, beta=1.0).to_xarray()
    difference = geoinv.invert(A - 0.1 * A, 0.9 * data, deviation, beta=1.0).to_xarray()
    assert nanotesla.tmi_observed.attrs["units"] == "nT"
    assert "units" not in tesla.scaled_tmi_observed.attrs
    assert tesla.scaled_tmi_observed.attrs["long_name"].startswith("1e-09 times total magnetic intensity")
    assert "tmi_observed" not in tesla
    assert "units" not in difference.combined_tmi_observed.attrs
    npt.assert_array_equal(tesla.station_easting, A.survey.easting)


@pytest.mark.parametrize("factor", [np.nan, np.inf, -np.inf])
def test_a_multiple_that_is_no_number_is_refused(factor):
    with pytest.raises(geoinv.InputError, match=r"a multiple of Magnetics expects a finite factor, got"):
        factor * magnetics()


def everything_used(A):
    A(np.ones(A.domain_shape))
    A.T(np.ones(A.range_shape))
    A.norm()
    A.dot_test(1)
    return A


@pytest.mark.parametrize(
    "make",
    [
        magnetics,
        lambda: 2.0 * magnetics(),
        lambda: magnetics() + magnetics(),
        lambda: WithoutBaseLevel(np.ones((1, 25))) @ magnetics(),
        lambda: MatrixOperator(np.eye(30)),
        lambda: geoinv.operators.Blur((5, 5), 1.0),
        lambda: geoinv.operators.MagneticSection((4, 5)),
    ],
)
def test_an_operator_goes_when_its_last_user_goes_without_waiting_for_the_collector(make):
    gc.collect()
    gc.disable()
    try:
        A = everything_used(make())
        gone = [weakref.ref(part) for part in (A, *A.parts)]
        adjoint = A.T
        assert adjoint is A.T
        assert adjoint.T is A
        del A
        assert gone[0]() is not None, "the adjoint in hand keeps its operator"
        del adjoint
        assert [of() for of in gone] == [None] * len(gone)
    finally:
        gc.enable()


def test_operators_are_copied_and_stored_with_what_they_carry():
    A = MatrixOperator(np.arange(6.0).reshape(2, 3))
    assert A.T.T is A
    for again in (copy.deepcopy(3.0 * A), pickle.loads(pickle.dumps(3.0 * A))):
        npt.assert_array_equal(again.T([1.0, 1.0]), [9.0, 15.0, 21.0])
        npt.assert_array_equal(again.gram_diagonal(), [81.0, 153.0, 261.0])
