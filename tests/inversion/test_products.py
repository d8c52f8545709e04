"""Inner products, of data by themselves and of models over all slabs."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.core.whole import in_slabs
from geoinv.inversion.products import inner_product, model_norm, model_product


class Twice:
    """Slabs of which there are two alike."""

    def total(self, value):
        return 2.0 * value


def test_models_are_summed_over_all_slabs_and_data_are_not():
    first, second = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0]])
    assert inner_product(first, second) == model_product(first, second) == 70.0
    with in_slabs(Twice()):
        assert (inner_product(first, second), model_product(first, second)) == (70.0, 140.0)
        assert model_norm(first) == pytest.approx(np.sqrt(60.0))
