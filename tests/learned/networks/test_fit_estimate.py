"""Estimates led to their data."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from geoinv.algebra.matrices import MatrixOperator
from geoinv.embeddings.separable import SeparableModes
from geoinv.learned.layers.error_model import ErrorModel
from geoinv.learned.networks.fit_estimate import FitEstimate, tolerated

RANDOM = np.random.default_rng(0)
MATRIX = RANDOM.standard_normal((200, 4))


def fitting(offset: float) -> FitEstimate:
    """Least squares with an offset, as a network's estimate."""
    core = torch.nn.Linear(4, 4)
    with torch.no_grad():
        core.weight.copy_(torch.linalg.inv(torch.from_numpy(MATRIX.T @ MATRIX)).float())
        core.bias.fill_(offset)

    def estimate(data: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        size = data.abs().mean(1, keepdim=True)
        y = (data / size @ torch.from_numpy(MATRIX)).float()
        return core(y), y, size

    modes = SeparableModes([np.eye(4)])
    return FitEstimate.of("least squares", estimate, ErrorModel(4, 4, width=4), MatrixOperator(MATRIX), modes)


def test_what_is_tolerated_is_two_deviations_of_the_truths_own_misfit() -> None:
    draws = RANDOM.standard_normal((4000, 2000))
    assert tolerated(1.0, 2000) == pytest.approx(1.0 + min(0.04, 2.0 * np.mean(draws**2, axis=1).std()), rel=0.02)


def test_an_estimate_that_fits_is_left_as_it_is_and_another_is_led() -> None:
    truth = np.array([1.0, -2.0, 3.0, 0.5])
    data = MATRIX @ truth + 0.1 * RANDOM.standard_normal(200)
    best = np.linalg.lstsq(MATRIX, data, rcond=None)[0]
    assert np.allclose(fitting(0.0).invert(data, 0.12, 1.0).model, best, atol=1e-4)
    led = fitting(0.2).invert(data, 0.12, 1.0)
    assert led.chi2_per_datum == pytest.approx(tolerated(1.0, 200), rel=0.01)
    assert np.linalg.norm(led.model - best) < 0.2


def test_what_is_kept_of_the_last_data_serves_no_others() -> None:
    random = np.random.default_rng(1)
    data = random.standard_normal((2, 4)) @ MATRIX.T + 0.1 * random.standard_normal((2, 200))
    errors = (0.12 * np.ones(200), np.linspace(0.08, 0.16, 200))
    kept = fitting(0.2)
    torch.nn.init.normal_(kept.errors.last.weight, std=0.01)
    for d, deviation in [(0, 0), (1, 0), (0, 0), (0, 1), (0, 0)]:
        fresh = fitting(0.2)
        fresh.errors.load_state_dict(kept.errors.state_dict())
        found, expected = (one.invert(data[d], errors[deviation], 1.0).model for one in (kept, fresh))
        assert np.allclose(found, expected, rtol=1e-12)
