"""The joint objective against sums over its data sets."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
from two_bodies import data_sets

import geoinv
from geoinv.inversion.joint_problem import JointProblem, PropertyProblem
from geoinv.regularizers.cross_gradient import CrossGradient


def problem():
    low, gravity = data_sets()
    high = data_sets(3, 120.0)[0]
    given = [low, gravity, high]
    places = {"susceptibility": [0, 2], "density": [1]}
    alone = [PropertyProblem.make(name, of, given, geoinv.Property(), 0) for name, of in places.items()]
    return given, JointProblem.of(alone, low.mesh)


def test_objective_is_the_sum_of_misfits_regularizers_and_coupling():
    given, joint = problem()
    trade_offs = [2.0, 1e-8, 0.5]
    coupling = CrossGradient(joint.mesh, (0.05, 300.0))
    phis = [one.phi for one in joint.properties]
    objective = joint.objective(trade_offs, phis, coupling, 0.7)
    z = joint.start * 1.1
    state = objective.evaluate(z)
    chi = [np.sum(((one.operator(z[k]) - one.data) / one.uncertainty) ** 2) for one, k in zip(given, (0, 1, 0))]  # noqa: B905
    beta = np.sqrt(2.0 * 0.5)
    expected = 0.5 * (beta / 2.0 * chi[0] + chi[1] + beta / 0.5 * chi[2])
    expected += beta * phis[0].value(z[0]) + 1e-8 * phis[1].value(z[1]) + 0.7 * coupling.value(z)
    npt.assert_allclose(objective.total(state), expected, rtol=1e-6)
    sizes = [np.size(one.data) for one in given]
    npt.assert_allclose(joint.misfits(objective, state), np.array(chi) / sizes, rtol=1e-6)


def test_its_gradient_is_the_difference_quotient():
    _, joint = problem()
    objective = joint.objective([2.0, 1e-8, 0.5], [one.phi for one in joint.properties], None, 0.0)
    z = joint.start
    v = np.random.default_rng(0).standard_normal(z.shape) * np.reshape([0.01, 50.0], (2, 1, 1, 1))
    after, before = (objective.total(objective.evaluate(z + step * v)) for step in (1e-3, -1e-3))
    slope = (after - before) / 2e-3
    gradient = objective.near(objective.evaluate(z)).gradient()
    npt.assert_allclose(np.vdot(gradient, v), slope, rtol=1e-4)
