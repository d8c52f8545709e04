"""Blobs made on the fly."""

from __future__ import annotations

import numpy as np

from geoinv.experiments.blobs3d.problem import BlobProblem
from geoinv.experiments.blobs3d.stream import BlobStream


def test_stream_draws_scaled_pairs_by_their_seeds_alone(problem: BlobProblem) -> None:
    stream = BlobStream(problem, 64)
    models, data = stream.draw(200, 1, 2, 3)
    again = stream.draw(200, 1, 2, 3)
    assert bool((again[0] == models).all())
    assert bool((again[1] == data).all())
    clean = models.numpy() @ problem.in_data_modes.T
    assert np.allclose((data.numpy() - clean).std(), 0.01, rtol=0.05)
    sizes = np.abs(models.numpy() @ problem.data_of_modes.T).mean(1)
    assert np.allclose(sizes, 1.0, atol=0.15)
