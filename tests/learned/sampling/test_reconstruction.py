"""A network on data in blocks: the same models as all at once, and data that it cannot take."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch
from torch import nn

from geoinv import InputError
from geoinv.algebra.matrices import MatrixOperator
from geoinv.core.progress import reporting
from geoinv.learned.sampling.reconstruction import FEWEST, reconstruct

MATRIX = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, -1.0]])
A = MatrixOperator(MATRIX)
INVERSE = np.linalg.pinv(MATRIX)


def network() -> nn.Module:
    layer = nn.Linear(2, 3, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(INVERSE))
    return nn.Sequential(layer, nn.Dropout(0.5))


def test_models_and_misfit_are_those_of_the_matrix():
    data = np.random.default_rng(0).standard_normal((7, 2))
    found = reconstruct(network(), A, data)
    npt.assert_allclose(found.models, data @ INVERSE.T, rtol=1e-5, atol=1e-6)  # and nothing dropped out
    assert found.misfit < 1e-6
    assert found.size == pytest.approx(np.abs(data).mean())
    half = reconstruct(nn.Linear(2, 3), A, data)
    assert half.misfit == pytest.approx(np.sqrt(np.mean((half.models.astype(float) @ MATRIX.T - data) ** 2)), rel=1e-5)


@pytest.mark.parametrize("shape", [(2,), (5, 2), (3, 4, 2)])
def test_leading_dimensions_stay(shape):
    data = np.random.default_rng(0).standard_normal(shape)
    assert reconstruct(network(), A, data).models.shape == (*shape[:-1], 3)


def test_blocks_are_joined_in_order_and_reported(monkeypatch):
    monkeypatch.setattr("geoinv.learned.sampling.reconstruction.VALUES", 1)
    data, steps = np.random.default_rng(0).standard_normal((2 * FEWEST + 5, 2)), []
    with reporting(lambda step, done, total: steps.append((done, total))):
        found = reconstruct(network(), A, data)
    npt.assert_allclose(found.models, data @ INVERSE.T, rtol=1e-5, atol=1e-6)
    assert steps == [(FEWEST, len(data)), (2 * FEWEST, len(data)), (len(data), len(data))]


def test_channels_stand_before_the_data_of_a_sample():
    data = np.random.default_rng(0).standard_normal((4, 2, 2))
    assert reconstruct(network(), A, data, channels=2).models.shape == (4, 2, 3)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (np.ones((4, 3)), r"shape \(\[samples,\] 2\), got float64 of shape \(4, 3\); put the samples first"),
        (np.ones((0, 2)), r"got float64 of shape \(0, 2\)"),
        (np.ones((4, 2), complex), r"expects real data of shape .* got complex128"),
        (np.array([[1.0, np.nan]]), r"finite data, got nan at \[0, 1\]"),
        (np.full((1, 2), 1e300), r"finite models.*the data are too large"),
    ],
)
def test_data_that_it_cannot_take_are_rejected(data, sentence):
    with pytest.raises(InputError, match=sentence):
        reconstruct(network(), A, data)
