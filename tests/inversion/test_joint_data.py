"""What a joint inversion takes, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from two_bodies import data_sets, operators

import geoinv
from geoinv.core.checks import InputError
from geoinv.inversion.joint_data import checked_data_sets, checked_properties


def test_data_sets_are_sorted_by_what_they_tell_of():
    magnetic, gravity = data_sets()
    assert checked_data_sets([magnetic, gravity, magnetic]) == {"susceptibility": [0, 2], "density": [1]}


def test_one_data_set_and_no_data_sets_are_refused():
    magnetic, _ = data_sets()
    with pytest.raises(InputError, match="two data sets or more, got 1"):
        checked_data_sets([magnetic])
    with pytest.raises(InputError, match=r"a list of geoinv\.DataSet"):
        checked_data_sets([magnetic, (1, 2)])


def test_other_meshes_other_air_and_vectors_are_refused():
    magnetic, gravity = data_sets()
    mesh = magnetic.operator.mesh
    cut = np.ones(mesh.shape, bool)
    cut[-1, 0, 0] = False
    survey = gravity.operator.survey
    other = replace(gravity, operator=geoinv.operators.Gravity(mesh.with_active(cut), survey))
    with pytest.raises(InputError, match="one mesh with the same active cells"):
        checked_data_sets([magnetic, other])
    coarse = geoinv.Grid.regular(shape=(2, 5, 5), spacing=(100.0, 80.0, 80.0), origin=(-200.0, 0.0, 0.0))
    with pytest.raises(InputError, match="one mesh with the same active cells"):
        checked_data_sets([magnetic, replace(gravity, operator=geoinv.operators.Gravity(coarse, survey))])
    vector = geoinv.operators.Magnetics(mesh, magnetic.operator.survey, unknown="magnetization")
    with pytest.raises(InputError, match=r"got a vector \(magnetization\)"):
        checked_data_sets([replace(magnetic, operator=vector), gravity])
    with pytest.raises(InputError, match="linear and have a mesh"):
        checked_data_sets([magnetic, replace(gravity, operator=np.eye(3))])
    with pytest.raises(InputError, match="target"):
        checked_data_sets([magnetic, replace(gravity, target=0.0)])


def test_properties_are_the_usual_ones_where_nothing_is_asked():
    asked = checked_properties({"density": geoinv.Property(bounds=(0.0, 1.0))}, ("susceptibility", "density"))
    assert asked["density"].bounds == (0.0, 1.0)
    assert asked["susceptibility"].bounds == (-np.inf, np.inf)
    with pytest.raises(InputError, match=r"expects a geoinv\.Property for density"):
        checked_properties({"density": geoinv.Smooth()}, ("density",))


def test_the_unknown_is_that_of_the_operator():
    A, _ = operators()
    assert geoinv.DataSet(A, [0.0], 1.0).unknown == "susceptibility"
