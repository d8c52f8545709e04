"""The choice of a trade-off by its error on known models."""

from __future__ import annotations

import numpy as np
import pytest
from classical_problem import MATRIX

from geoinv.algebra.matrices import MatrixOperator
from geoinv.classical import choose, tikhonov
from geoinv.core.checks import InputError


def test_the_chosen_damping_is_the_one_of_least_error():
    A = MatrixOperator(MATRIX)
    random = np.random.default_rng(8)
    truth = random.standard_normal((50, 10))
    data = A(truth) + 0.5 * random.standard_normal((50, 7))
    candidates = [1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0]
    chosen = choose(lambda d, beta: tikhonov(A, d, 0.5, beta), candidates, truth, data)
    errors = [np.sum((tikhonov(A, data, 0.5, beta) - truth) ** 2) for beta in candidates]
    assert chosen == candidates[int(np.argmin(errors))] == 1.0  # one over the variance of the truth
    with pytest.raises(InputError, match="none among"):
        choose(lambda d, beta: np.full((50, 10), np.nan), candidates, truth, data)
