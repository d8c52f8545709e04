"""Interpolation between nodes: exact for polynomials, its error foreseen for poles."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.operators.prisms.precorrected_fft.accuracy import axis_error, lagrange_weights


def test_interpolation_passes_through_nodes_and_is_exact_for_polynomials():
    fraction = np.array([0.0, 0.3, 0.75])
    for order in (4, 8, 12):
        weights = lagrange_weights(fraction, order)
        nodes = np.arange(1 - order // 2, order // 2 + 1)
        npt.assert_array_equal(weights[0], nodes == 0)
        npt.assert_allclose(weights @ (nodes / order) ** (order - 1), (fraction / order) ** (order - 1), atol=1e-15)


@pytest.mark.parametrize("derivative", [1, 2, 3])
def test_the_predicted_error_is_that_of_interpolating_the_field_of_poles(derivative):
    order, distance = 6, 7.0
    cosine, weight = np.polynomial.legendre.leggauss(60)
    fraction = (np.arange(8) + 0.5) / 8

    def field(x: np.ndarray) -> np.ndarray:
        """The derivative of 1/r along the line to the source, in units of its value at the origin."""
        t = np.sqrt(1.0 - 2.0 * cosine * x / distance + (x / distance) ** 2)
        u = (1.0 - cosine * x / distance) / t
        if derivative == 1:
            return u / t**2
        if derivative == 2:
            return 0.5 * (3.0 * u**2 - 1.0) / t**3
        return 0.5 * (5.0 * u**3 - 3.0 * u) / t**4

    nodes = np.arange(1 - order // 2, order // 2 + 1)
    weights = lagrange_weights(fraction, order)
    squared = 0.0
    for t, row in zip(fraction, weights, strict=True):
        error = sum(w * field(node - t) for w, node in zip(row, nodes, strict=True)) - field(np.zeros(1))
        squared += np.sum(weight * error**2) / 2.0 / fraction.size
    assert axis_error(order, distance, derivative) == pytest.approx(np.sqrt(squared), rel=1e-6)
