"""The classifier between familiar surveys and others."""

from __future__ import annotations

import torch

from geoinv.experiments.geology_prior.calibration import SHARE, fitted


def test_it_warns_of_what_is_elsewhere_and_seldom_of_what_is_not() -> None:
    torch.manual_seed(0)
    mixing = torch.randn(6, 6)

    def drawn(count: int, away: float) -> torch.Tensor:
        return (torch.randn(count, 6) + torch.tensor([away, 0.0, 0.0, 0.0, 0.0, 0.0])) @ mixing

    familiarity = fitted(drawn(800, 0.0), drawn(400, 5.0), seed=0)
    warned = [float((familiarity(drawn(2000, away)) > familiarity.limit).float().mean()) for away in (0.0, 5.0)]
    assert 1.0 - SHARE - 0.03 < warned[0] < 1.0 - SHARE + 0.03
    assert warned[1] > 0.9
