"""The training that all rivals get, and the choice of its rate."""

from __future__ import annotations

import torch
from torch import nn

from geoinv.algebra.matrices import Identity
from geoinv.experiments.shared.fair_training import fair_training, tuned_rate


def test_the_rate_that_diverges_is_not_chosen_and_what_was_tried_is_kept(tmp_path):
    models = torch.randn(40, 2, generator=torch.Generator().manual_seed(0))

    def make() -> nn.Module:
        torch.manual_seed(1)
        return nn.Linear(2, 2)

    training = fair_training(40, batch=10, epochs=2, learning_rate=1.0, device="cpu", clip=None)
    folder = tmp_path / "rates"
    found = tuned_rate(make, Identity((2,)), models, models, training, folder, [1e-2, 1e30])
    assert found.best < 1e30
    assert found.errors[1e30] == float("inf")
    assert (folder / "grid.json").exists()
    assert tuned_rate(make, Identity((2,)), models, models, training, folder, [1e-2, 1e30]) == found


def test_warm_up_is_a_twentieth_of_the_steps():
    training = fair_training(1_000, batch=64, epochs=10, learning_rate=1e-3)
    assert training.warmup == 8  # of 160
