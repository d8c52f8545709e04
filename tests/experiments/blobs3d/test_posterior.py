"""Calibration of samples whose right size is known."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import torch

from geoinv.experiments.blobs3d.posterior import CalibrationSet, calibrate
from geoinv.learned.networks.mode_network import ModeNetwork


class TooSure:
    """Samples about estimates that are off by 0.6, of a deviation that a factor of 2 makes right."""

    def __init__(self) -> None:
        self.errors = SimpleNamespace(calibration=torch.tensor(1.0))

    def sample(self, d: Any, uncertainty: Any, n: int, seed: int = 0) -> Any:
        noise = np.random.default_rng((seed, 1)).standard_normal((n, len(d)))
        return d + 0.3 * float(self.errors.calibration) * noise


def test_calibration_finds_the_size_whose_intervals_cover() -> None:
    random = np.random.default_rng(0)
    truth = 10.0 + random.random((20, 400))
    estimates = truth + 0.6 * random.standard_normal(truth.shape)
    network = TooSure()
    calibrate(cast(ModeNetwork, network), CalibrationSet(truth, estimates, np.ones(20), 200))
    assert abs(float(network.errors.calibration) - 2.0) < 0.15
