"""The model of a network's errors against errors of a known law."""

from __future__ import annotations

import numpy as np
import torch

from geoinv.learned.layers.error_model import ErrorModel


def known_errors(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    y = torch.randn((count, 3), generator=generator)
    sizes = torch.stack([torch.exp(y[:, 0]), 0.1 * torch.ones(count)], dim=1)
    return sizes * torch.randn((count, 2), generator=generator), y


def test_learns_sizes_that_the_data_tell() -> None:
    errors, y = known_errors(4000)
    model = ErrorModel(2, 3, width=32)
    model.set_units(errors, y)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(300):
        loss = model.negative_log_likelihood(errors, y).mean()
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
    for first in (-1.0, 1.0):
        drawn = model.draw(torch.tensor([first, 0.0, 0.0]), 4000, torch.Generator().manual_seed(1))
        assert np.allclose(drawn.std(0), [np.exp(first), 0.1], rtol=0.25)


def test_starts_at_the_errors_own_covariance() -> None:
    errors, y = known_errors(5000)
    model = ErrorModel(2, 3, width=8)
    model.set_units(errors, y)
    drawn = model.draw(y[0], 20_000, torch.Generator().manual_seed(2))
    assert torch.allclose(drawn.T @ drawn / 20_000, errors.T @ errors / 5000, atol=0.1)
    likelihood = model.negative_log_likelihood(errors, y)
    precision = torch.linalg.inv(errors.T @ errors / 5000)
    squares = torch.einsum("si,ij,sj->s", errors, precision, errors)
    assert torch.allclose(likelihood, 0.5 * squares, rtol=1e-3, atol=1e-4)
