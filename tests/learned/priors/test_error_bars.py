"""Error bars: positive, in units of the model, wider by their factor, none in air."""

from __future__ import annotations

import torch

from geoinv.learned.priors.error_bars import ErrorBars, pinball


def test_distances_are_positive_in_rock_and_none_in_air() -> None:
    torch.manual_seed(0)
    errors = ErrorBars(3, (4, 6))
    channels = torch.randn(2, 3, 4, 5, 6)
    channels[:, 1] = (torch.rand(2, 4, 5, 6) > 0.5).float()
    below, above = errors(channels)
    rock = channels[:, 1] > 0.0
    for distance in (below, above):
        assert (distance[rock] > 0.0).all()
        assert not distance[~rock].any()
    errors.widening.fill_(3.0)
    assert torch.allclose(errors(channels)[0], 3.0 * below)


def test_the_pinball_loss_is_least_at_the_quantile() -> None:
    errors = torch.sort(torch.randn(1001, generator=torch.Generator().manual_seed(1))).values
    losses = torch.stack([pinball(errors, value, 0.95).mean() for value in errors])
    assert abs(int(losses.argmin()) - 950) <= 1
