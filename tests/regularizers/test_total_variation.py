"""Total variation: the closed form of a step, edges that run any way, vectors."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.algebra.matrices import Identity


def settled(phi, z):
    while not phi.settled:
        phi = phi.update(z, 1.0)
    return phi


def test_a_step_keeps_its_edge_and_loses_height_as_the_closed_form_tells():
    data, beta = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 1.0]), 0.3
    phi = geoinv.TotalVariation(smallness=0.0, weighting=None)
    solution = geoinv.invert(Identity((6,)), data, 1.0, phi, beta=beta)
    # min of 1/2 (2 a^2 + 4 (1 - b)^2) + beta s (b - a): s, the largest of the smooth model, scales the norm
    smooth = geoinv.invert(Identity((6,)), data, 1.0, geoinv.Smooth(smallness=0.0, weighting=None), beta=beta).model
    strength = beta * smooth.max()
    npt.assert_allclose(solution.model[:2], strength / 2.0, atol=0.03)
    npt.assert_allclose(solution.model[2:], 1.0 - strength / 4.0, atol=0.03)
    assert abs(smooth[:2] - strength / 2.0).max() > 0.05


def test_an_edge_costs_the_same_whatever_axis_it_runs_along():
    phi = geoinv.TotalVariation(smallness=0.0, weighting=None).bind(Identity((20, 20)))
    step = np.where(np.arange(20) < 10, 0.0, 1.0) * np.ones((20, 1))
    npt.assert_allclose(settled(phi, step).value(step), settled(phi, step.T).value(step.T))


def test_a_slope_costs_its_length_and_not_the_sum_of_its_components():
    steep = 10.0 * np.arange(12.0)
    along, across = steep * np.ones((12, 1)), (steep[:, None] + steep) / np.sqrt(2.0)
    values = []
    for kind in (geoinv.TotalVariation, geoinv.Sparse):
        phi = kind(smallness=0.0, smoothness=1.0, weighting=None, p_smooth=1.0).bind(Identity((12, 12)))
        values.append([settled(phi, z).value(z) / z.max() for z in (along, across)])
    (total_along, total_across), (each_along, each_across) = values
    # the norm is scaled by the largest amplitude, which is z.max(): the slope itself is 10 in both models
    assert total_across / total_along == pytest.approx(1.0, abs=0.12)
    assert each_across / each_along == pytest.approx(np.sqrt(2.0), abs=0.12)


def test_vectors_are_taken_by_the_length_of_their_gradient():
    z = np.random.default_rng(0).standard_normal((3, 4, 5, 6))
    grid = geoinv.Grid.regular((4, 5, 6), (10, 10, 10))
    survey = geoinv.Survey([5.0], [4.0], [53.0], field=geoinv.MainField(65.0, 25.0, 5e4))
    A = geoinv.operators.Magnetics(grid, survey, unknown="magnetization")
    turn = np.linalg.qr(np.random.default_rng(4).standard_normal((3, 3)))[0]
    turned = np.einsum("ij,j...->i...", turn, z)
    phi = geoinv.TotalVariation().bind(A)
    npt.assert_allclose(settled(phi, turned).value(turned), settled(phi, z).value(z), rtol=1e-12)


def test_it_is_offered_by_name_and_by_geoinv():
    from geoinv.regularizers.registry import regularizer_of

    assert type(regularizer_of("total-variation", (2.0, 0.5))) is geoinv.TotalVariation
    assert regularizer_of("total-variation", (2.0, 0.5)).p_smooth == 0.5


def test_one_norm_serves_the_length_of_the_gradient():
    with pytest.raises(geoinv.InputError, match="TotalVariation expects one number as p_smooth, got"):
        geoinv.TotalVariation(p_smooth=(1.0, 1.0, 0.5))
