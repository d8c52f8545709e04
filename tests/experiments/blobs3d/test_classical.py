"""The classical loop over several data."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.datasets import blobs3d, blobs3d_operator
from geoinv.experiments.blobs3d.classical import CLASSICAL, inverted


@pytest.mark.parametrize("method", CLASSICAL)
def test_every_model_is_positive_and_fits(method: str) -> None:
    A = blobs3d_operator((4, 8, 8))
    clean = np.asarray(A(blobs3d(2, 1, A.domain_shape)), float)
    deviation = 0.05 * np.abs(clean).reshape(2, -1).mean(1)
    data = clean + deviation[:, None, None] * np.random.default_rng(0).standard_normal(clean.shape)
    found = inverted(A, data, deviation, CLASSICAL[method])
    assert found.models.shape == (2, 4, 8, 8)
    assert found.models.min() >= 0.0
    assert np.all((found.misfits > 0.95) & (found.misfits < 1.02))
