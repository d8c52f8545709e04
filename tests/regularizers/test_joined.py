"""Several regularizers and a coupling as one."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

import geoinv
from geoinv.algebra.matrices import Identity
from geoinv.regularizers.cross_gradient import CrossGradient
from geoinv.regularizers.joined import Joined

MESH = geoinv.Grid([0, 10, 20, 35], [0, 10, 20, 30], [-40, -20, -10, 0])


def joined(strength=0.3):
    smooth = geoinv.Smooth(weighting=None, reference=0.5).bind(Identity(MESH.shape))
    rough = geoinv.Smooth(weighting=None, smoothness=0.1).bind(Identity(MESH.shape))
    return Joined(((2.0, smooth), (0.5, rough)), CrossGradient(MESH, (1.0, 2.0)), strength)


def test_gradient_is_the_difference_quotient_of_the_value():
    phi = joined()
    z, v = np.random.default_rng(0).standard_normal((2, 2, *MESH.shape))
    slope = (phi.value(z + 1e-4 * v) - phi.value(z - 1e-4 * v)) / 2e-4
    npt.assert_allclose(np.vdot(phi.gradient(z), v), slope, rtol=1e-6)


def test_curvature_is_symmetric_with_the_blocks_it_says_and_follows_the_model():
    phi = joined()
    first, second = np.random.default_rng(1).standard_normal((2, 2, *MESH.shape))
    for z in (first, second):
        H = np.stack([phi.curvature(z, unit.reshape(z.shape)).ravel() for unit in np.eye(z.size)])
        npt.assert_allclose(H, H.T, atol=1e-12 * abs(H).max())
        blocks = np.einsum("pcqc->pqc", H.reshape(2, MESH.size, 2, MESH.size))
        npt.assert_allclose(
            phi.curvature_blocks(z).reshape(blocks.shape), blocks, rtol=1e-10, atol=1e-12 * abs(H).max()
        )


def test_without_a_coupling_properties_do_not_meet():
    phi = Joined(joined().terms)
    z, v = np.random.default_rng(2).standard_normal((2, 2, *MESH.shape))
    v[1] = 0.0
    assert not phi.curvature(z, v)[1].any()
    assert not phi.curvature_blocks(z)[0, 1].any()
    npt.assert_allclose(phi.reference[0], 0.5)
    assert phi.value(phi.reference) == 0.0
