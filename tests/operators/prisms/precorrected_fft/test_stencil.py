"""Interpolation fitted to fields of distant sources: as right as it says for others that it was not fitted to."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.operators.prisms.precorrected_fft.stencil import Stencil


def poles(places: np.ndarray, sources: np.ndarray, axes: np.ndarray, derivative: int) -> np.ndarray:
    """Derivatives of 1/r along an axis, at places (places, 3) of sources (sources, 3)."""
    offset = places[:, None] - sources
    r, along = np.linalg.norm(offset, axis=2), np.sum(offset * axes, axis=2)
    if derivative == 1:
        return -along / r**3
    if derivative == 2:
        return 3.0 * along**2 / r**5 - 1.0 / r**3
    return 9.0 * along / r**5 - 15.0 * along**3 / r**7


def sources_at(distance: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(7)
    directions, axes = random.standard_normal((2, count, 3))
    return (v / np.linalg.norm(v, axis=1, keepdims=True) * scale for v, scale in ((directions, distance), (axes, 1.0)))


@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("derivative", [1, 2, 3])
@pytest.mark.parametrize(("orders", "spacing"), [((6, 6, 6), (1.0, 1.0, 1.0)), ((6, 4, 8), (0.5, 0.8, 1.0))])
def test_the_predicted_error_is_that_of_interpolating_the_field_of_poles(orders, spacing, derivative, power):
    stencil, distance = Stencil(orders, spacing, 7.0, derivative, 1e-6), 8.0
    fraction = np.random.default_rng(0).random((200, 3))
    sources, axes = sources_at(distance, 500)
    expected = poles((fraction - 0.5) * spacing, sources, axes, derivative) ** power
    found = stencil.weights(fraction, power) @ poles(stencil.nodes, sources, axes, derivative) ** power
    error = np.linalg.norm(found - expected) / np.linalg.norm(expected)
    assert stencil.error(distance, derivative, power) == pytest.approx(error, rel=0.3)
    # polynomials of as many nodes an axis miss more by a factor of ten
    assert error < {1: 3e-5, 2: 3e-3}[power]


def test_what_is_the_same_everywhere_stays_so_and_a_mirror_image_has_the_mirrored_weights():
    stencil = Stencil((6, 6, 6), (0.5, 1.0, 1.0), 7.0, 2, 1e-6)
    fraction = np.array([[0.1, 0.6, 0.7]])
    weights = stencil.weights(fraction)
    npt.assert_allclose(weights.sum(), 1.0, atol=1e-5)
    mirrored = stencil.weights(np.array([[0.9, 0.6, 0.7]])).reshape(6, 6, 6)[::-1]
    npt.assert_allclose(mirrored, weights.reshape(6, 6, 6), atol=1e-12)


def test_sources_that_may_be_among_the_nodes_cannot_be_interpolated():
    assert Stencil((8, 8, 8), (1.0, 1.0, 1.0), 6.5, 2, 1e-6).error(6.5, 2) == np.inf
