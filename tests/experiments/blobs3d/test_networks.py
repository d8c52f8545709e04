"""Networks of blobs3d before their training."""

from __future__ import annotations

import numpy as np
import torch

from geoinv.datasets.blobs3d import NOISE
from geoinv.experiments.blobs3d.linear import best_linear_map
from geoinv.experiments.blobs3d.networks import Units, network_makers
from geoinv.experiments.blobs3d.problem import BlobProblem
from geoinv.experiments.blobs3d.stream import BlobStream
from geoinv.experiments.shared.preset import RunSettings


def test_the_residual_network_starts_at_the_best_linear_map(settings: RunSettings, problem: BlobProblem) -> None:
    units = Units.of(BlobStream(problem, 64), 400)
    core, _ = network_makers(settings, problem, units)["residual"]()
    with torch.no_grad():
        found = core(units.data).numpy()
    expected = units.data.numpy() @ best_linear_map(units.data.numpy(), units.models.numpy()).T
    assert np.allclose(found, expected, atol=1e-4 * np.abs(expected).max())


def test_eunet_sees_white_data_of_white_models(settings: RunSettings, problem: BlobProblem) -> None:
    units = Units.of(BlobStream(problem, 64), 400)
    core, training = network_makers(settings, problem, units)["EUnet"]()
    physics, whitening = core.physics.double().numpy(), core.whitening.double().numpy()
    white = physics @ physics.T + NOISE**2 * whitening @ whitening.T
    assert np.allclose(white, np.eye(len(white)), atol=1e-3)
    assert np.allclose(physics, whitening @ problem.in_data_modes @ core.colouring.numpy(), atol=1e-3)
    assert training.layers == (2, 3, 4)
