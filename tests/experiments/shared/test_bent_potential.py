"""A potential that starts bent."""

from __future__ import annotations

import numpy as np
import torch

from geoinv.experiments.shared.bent_potential import bent
from geoinv.learned import EUnet
from geoinv.operators import TotalTime


def test_first_weights_are_drawn_anew_from_the_seed() -> None:
    first, again, other = (bent(EUnet(TotalTime(), embedding=256, layers=4), seed) for seed in (0, 0, 1))
    weights = first.potential.weights.detach()
    assert torch.equal(weights, again.potential.weights)
    assert not torch.equal(weights, other.potential.weights)
    assert np.isclose(float(weights.std()), 3.0, rtol=0.1)
    assert all(np.isclose(float(b.detach().std()), 0.5, rtol=0.2) for b in first.potential.biases)
