"""Pictures of the deblurring and their noise."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.experiments.deblurring.problem import noise_levels

pytest.importorskip("matplotlib")

pytest.importorskip("skimage")


def test_test_pictures_are_in_no_other_set_and_their_noise_is_one_percent(problem):
    seen = {tile.tobytes() for tile in (*problem.training, *problem.validation)}
    assert not any(tile.tobytes() in seen for tile in problem.test)
    clean = problem.A(problem.test)
    noise = (problem.test_data - clean) / np.abs(clean).mean(axis=(1, 2, 3), keepdims=True)
    npt.assert_allclose(noise.std(), 0.01, rtol=0.05)
    npt.assert_allclose(noise_levels(problem.test_data)[:, 0], 0.01 * np.abs(clean).mean(axis=(1, 2, 3)), rtol=0.02)
