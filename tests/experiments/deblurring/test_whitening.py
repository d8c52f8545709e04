"""Networks on whitened data."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch

from geoinv.learned import Proximal
from geoinv.learned.layers.normalisation import Whitened

pytest.importorskip("matplotlib")

pytest.importorskip("skimage")


def test_an_untrained_network_on_whitened_data_starts_at_tikhonovs_estimate(problem):
    """With maps that add nothing, one descent step of length one adds the residual's share to the start."""
    damping = 1e-2
    network = Proximal(problem.A, channels=3, layers=1, normalisation=Whitened(damping, 0.25))
    with torch.no_grad():
        network.maps[0].kernels[-1].zero_()
        for steps in (network.steps, network.start):
            steps.first.fill_(1.0)
        start = network.trajectory(torch.from_numpy(problem.test_data))[0].numpy()
    dense = problem.A.to_dense().astype(np.float64)
    inverse = np.linalg.solve(dense.T @ dense + damping * np.eye(len(dense)), dense.T)
    means = problem.test_data.mean(axis=(2, 3), keepdims=True)
    deviations = (problem.test_data - means).reshape(-1, len(dense))
    npt.assert_allclose(start - means, (deviations @ inverse.T).reshape(start.shape), atol=2e-4)


def test_networks_on_whitened_data_keep_constant_pictures_shifts(problem):
    network = Proximal(problem.A, channels=3, layers=2, normalisation=Whitened(1e-3, 0.25))
    data = torch.from_numpy(problem.test_data)
    with torch.no_grad():
        npt.assert_allclose(network(data + 0.3), network(data) + 0.3, atol=1e-4)
