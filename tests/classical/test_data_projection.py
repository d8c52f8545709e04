"""Corrections onto the data against a dense solution."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.classical.data_projection import DataProjection

RANDOM = np.random.default_rng(0)
D, FACTOR = RANDOM.standard_normal((40, 8)), np.triu(RANDOM.standard_normal((8, 8)))
WEIGHTS = RANDOM.uniform(0.5, 2.0, 40)


@pytest.mark.parametrize("gain", [1.0, 30.0])
def test_lands_on_the_target_with_the_shortest_correction(gain: float) -> None:
    projection = DataProjection.of(D @ FACTOR, FACTOR, WEIGHTS)
    residual = gain * D @ FACTOR @ RANDOM.standard_normal(8) + 0.9 * RANDOM.standard_normal(40) / WEIGHTS
    correction, misfit = projection.correction(residual, target=1.0, gain=gain)
    left = WEIGHTS * (residual - gain * D @ correction)
    assert misfit == pytest.approx(1.0, abs=1e-6)
    assert float(left @ left) / 40 == pytest.approx(misfit, rel=1e-9)
    # stationary: u = F^-1 correction is along the gradient of the misfit
    u = np.linalg.solve(FACTOR, correction)
    slope = gain * FACTOR.T @ D.T @ (WEIGHTS * left)
    assert np.allclose(u / np.linalg.norm(u), slope / np.linalg.norm(slope), atol=1e-6)


def test_rescaled_is_the_projection_of_the_rescaled_metric() -> None:
    sizes = RANDOM.uniform(0.1, 3.0, 8)
    residual = 10.0 * RANDOM.standard_normal(40) / WEIGHTS
    rescaled = DataProjection.of(D @ FACTOR, FACTOR, WEIGHTS).rescaled(sizes)
    whole = DataProjection.of(D @ (FACTOR * sizes), FACTOR * sizes, WEIGHTS)
    assert np.allclose(rescaled.correction(residual)[0], whole.correction(residual)[0], rtol=1e-8)


def test_leaves_a_fit_alone() -> None:
    projection = DataProjection.of(D @ FACTOR, FACTOR, WEIGHTS)
    residual = 0.3 * RANDOM.standard_normal(40) / WEIGHTS
    correction, misfit = projection.correction(residual)
    assert np.all(correction == 0.0)
    assert misfit == pytest.approx(float(np.mean((WEIGHTS * residual) ** 2)))


def test_does_not_blow_up_where_the_data_cannot_be_fitted() -> None:
    projection = DataProjection.of(D @ FACTOR, FACTOR, WEIGHTS)
    residual = 50.0 * RANDOM.standard_normal(40) / WEIGHTS
    correction, misfit = projection.correction(residual)
    assert misfit > 1.0
    assert np.mean(np.linalg.solve(FACTOR, correction) ** 2) == pytest.approx(1.0, rel=1e-6)
