"""Mixture: its quadratic, its memberships, and a body that is told by its class."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from two_bodies import data_sets, nmse, truth

import geoinv
from geoinv.algebra.matrices import Identity
from geoinv.core.checks import InputError
from geoinv.regularizers.held import Held

ROCKS = (geoinv.RockClass("host", 0.0, 0.004, 0.9), geoinv.RockClass("ore", 0.05, 0.006, 0.1))


def bound(**arguments):
    return geoinv.Mixture(classes=ROCKS, weighting=None, **arguments).bind(Identity((3, 4)))


def cooled(phi, z, number=6):
    for _ in range(number):
        phi = phi.update(z, 1.0)
    return phi


def test_gradient_is_the_difference_quotient_of_the_value_before_and_after_an_update():
    z, v = np.random.default_rng(0).standard_normal((2, 3, 4)) * 0.05
    for phi in (bound(), cooled(bound(), z)):
        slope = (phi.value(z + 1e-3 * v) - phi.value(z - 1e-3 * v)) / 2e-3
        npt.assert_allclose(np.vdot(phi.gradient(z), v), slope, rtol=1e-8)
        difference = phi.gradient(z + v) - phi.gradient(z)
        npt.assert_allclose(phi.curvature(z, v), difference, rtol=1e-10, atol=1e-15)


def test_the_quadratic_touches_the_logarithm_of_the_density_from_above():
    z = np.random.default_rng(1).uniform(-0.01, 0.07, (3, 4))
    phi = cooled(bound(smoothness=0.0), z)
    assert phi.settled
    proportions, deviations = [0.9, 0.1], [0.004, 0.006]
    scale = np.dot(proportions, np.square(deviations))

    def surprise(values):
        densities = sum(
            p / s * np.exp(-0.5 * ((values - m) / s) ** 2)
            for p, s, m in zip(proportions, deviations, (0.0, 0.05), strict=True)
        )
        return -scale * np.sum(np.log(densities))

    touching = surprise(z) - phi.value(z)
    for step in np.random.default_rng(2).standard_normal((20, 3, 4)) * 0.01:
        assert phi.value(z + step) + touching >= surprise(z + step) - 1e-12
    v = np.random.default_rng(3).standard_normal((3, 4))
    slope = (surprise(z + 1e-7 * v) - surprise(z - 1e-7 * v)) / 2e-7
    npt.assert_allclose(np.vdot(phi.gradient(z), v), slope, rtol=1e-5)


def test_memberships_are_probabilities_and_empty_classes_are_told():
    z = np.zeros((3, 4))
    phi = bound()
    rocks, shares = phi.memberships(z)
    assert [one.name for one in rocks] == ["host", "ore"]
    npt.assert_allclose(shares.sum(axis=0), 1.0)
    assert phi.doubts(z, 1.0) == ("no cell is of the class ore",)
    z[0, 0] = 0.05
    assert phi.doubts(z, 1.0) == ()


def test_what_is_learnt_lies_between_what_was_given_and_the_values():
    z = np.zeros((3, 4))
    z[:, 0] = 0.06, 0.061, 0.059
    given = cooled(bound(), z, 10).rocks[1]
    learnt = cooled(bound(confidence=1e-6), z, 10).rocks[1]
    between = cooled(bound(confidence=30.0), z, 10).rocks[1]
    assert (given.mean, given.standard_deviation) == (0.05, 0.006)
    npt.assert_allclose([learnt.mean, learnt.proportion], [0.06, 0.25], rtol=1e-3)
    npt.assert_allclose(between.mean, 0.055, rtol=1e-3)  # three cells of it, and three that were given


def test_cells_that_are_held_keep_their_value_whatever_their_class():
    weights = np.zeros((3, 4))
    weights[1, 1] = 100.0
    phi = cooled(bound(held=Held(np.full((3, 4), 0.02), weights)), np.zeros((3, 4)))
    assert phi.reference[1, 1] == 0.02
    assert phi.bound.cell_weights[1, 1] == 100.0


def test_a_body_of_a_class_is_found_better_than_by_a_smooth_model():
    magnetic = data_sets()[0]
    arguments = magnetic.operator, magnetic.data, magnetic.uncertainty
    rocks = (*ROCKS, geoinv.RockClass("dyke", 0.03, 0.004, 0.05))
    smooth = geoinv.invert(*arguments, bounds=(0.0, np.inf))
    solution = geoinv.invert(*arguments, geoinv.Mixture(classes=rocks), (0.0, np.inf))
    assert solution.reached
    true = truth()[0]
    assert nmse(solution.model, true) < 0.95 * nmse(smooth.model, true)
    result = solution.to_xarray()
    assert result["rock_class"].attrs["flag_meanings"] == "host ore dyke"
    npt.assert_allclose(result["rock_class_probability"].sum("rock"), 1.0)
    chosen = result["rock_class"].to_numpy()
    assert np.min(solution.model[chosen > 0]) > np.max(solution.model[chosen == 0]) > 0.0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"classes": ROCKS[:1]}, "two classes"),
        ({"classes": ROCKS, "confidence": -1.0}, "confidence of zero cells or more"),
        ({"classes": ROCKS, "reference": 0.1}, "no reference"),
    ],
)
def test_what_means_nothing_is_refused(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        geoinv.Mixture(**arguments)


def test_vectors_are_refused():
    mesh = geoinv.Grid.regular(shape=(1, 2, 2), spacing=(10.0, 10.0, 10.0), origin=(-10.0, 0.0, 0.0))
    survey = geoinv.Survey([5.0], [5.0], [5.0], field=geoinv.MainField(65.0, 25.0, 50000.0))
    vector = geoinv.operators.Magnetics(mesh, survey, unknown="magnetization")
    with pytest.raises(InputError, match="one value a cell, got a vector"):
        geoinv.Mixture(classes=ROCKS, weighting=None).bind(vector)
