"""The blobs3d benchmark as its definition says."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.core.checks import InputError
from geoinv.datasets.blobs3d import SHAPE, Blobs, blobs3d, blobs3d_operator, draw_blobs


def test_models_are_sums_of_gaussians_at_scaled_positions() -> None:
    blobs = draw_blobs(3, np.random.default_rng(2))
    shape = (5, 6, 7)
    u = np.stack(np.meshgrid(*(np.linspace(0, 1, n) for n in shape), indexing="ij"), axis=-1)
    expected = [
        sum(a * np.exp(-50 * np.sum((u - c) ** 2, axis=-1)) for a, c in zip(amplitudes, centres, strict=True))
        for amplitudes, centres in zip(blobs.amplitudes, blobs.centres, strict=True)
    ]
    assert np.allclose(blobs.models(shape), expected, atol=1e-6)


def test_draws_follow_the_definition() -> None:
    blobs = draw_blobs(4000, np.random.default_rng(3))
    counts = (blobs.amplitudes > 0).sum(axis=1)
    assert set(counts) == {1, 2, 3, 4, 5, 6}
    assert np.allclose(np.bincount(counts)[1:] / 4000, 1 / 6, atol=0.03)
    assert 0.2 <= blobs.centres.min() < 0.21
    assert 0.79 < blobs.centres.max() <= 0.8
    assert abs(blobs.amplitudes[blobs.amplitudes > 0].mean() - 0.5) < 0.02


def test_a_model_does_not_depend_on_how_many_are_asked_for() -> None:
    assert np.array_equal(blobs3d(5, seed=1, shape=(4, 4, 4))[:2], blobs3d(2, seed=1, shape=(4, 4, 4)))
    assert not np.array_equal(blobs3d(1, seed=1, shape=(4, 4, 4)), blobs3d(1, seed=2, shape=(4, 4, 4)))
    assert blobs3d(0).shape == (0, *SHAPE)


@pytest.mark.parametrize("arguments", [(-1, 0), (2.5, 0), (True, 0), (1, -3)])
def test_rejects_counts_and_seeds_that_are_none(arguments: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="whole number from 0"):
        blobs3d(*arguments)


def test_data_are_tmi_above_each_surface_cell() -> None:
    A = blobs3d_operator((4, 6, 8))
    assert A.domain_shape == (4, 6, 8)
    assert A.range_shape == (1, 48)
    # a cell on the surface is strongest in the datum above it
    model = np.zeros(A.domain_shape, np.float32)
    model[-1, 2, 5] = 1.0
    assert int(np.argmax(A(model))) == 2 * 8 + 5


def test_blobs_know_their_count() -> None:
    assert len(Blobs(np.zeros((3, 6)), np.zeros((3, 6, 3)))) == 3
