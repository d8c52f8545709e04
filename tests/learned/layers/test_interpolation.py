"""Parameters between nodes of time."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import torch
from potentials import HORIZON, NODES, over_time

from geoinv.learned.layers.interpolation import at_time


def test_parameters_between_the_nodes_lie_on_a_line_and_stay_behind_the_last():
    nodes = torch.from_numpy(np.random.default_rng(0).standard_normal((NODES, 2, 4)))
    for time in np.linspace(0.0, HORIZON, 25):
        npt.assert_allclose(at_time(nodes, time, HORIZON).numpy(), over_time(nodes, time), rtol=0, atol=1e-14)
    for j in range(NODES):
        assert torch.equal(at_time(nodes, j * HORIZON / NODES, HORIZON), nodes[j])
