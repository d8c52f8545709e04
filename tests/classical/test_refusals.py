"""Trade-offs and models that no classical method can use."""

from __future__ import annotations

import numpy as np
import pytest
from classical_problem import DATA, MATRIX

from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.classical import basis_pursuit, tikhonov, total_variation
from geoinv.core.checks import InputError


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda A: total_variation(A, DATA, 1.0, beta=1.0, start=np.ones((4, 10))),
            r"start is expected to broadcast to models of shape \(2, 3, 10\), got \(4, 10\); give one model",
        ),
        (lambda A: tikhonov(A, DATA, 1.0, beta=0.0), "tikhonov expects positive beta, got 0.0"),
        (lambda A: total_variation(A, DATA, 1.0, beta=-1.0), "total_variation expects positive beta"),
        (lambda A: basis_pursuit(A, DATA, 1.0, Identity((10,)), gamma=0.0), "basis_pursuit expects positive gamma"),
        (lambda A: basis_pursuit(A, DATA, 1.0, Identity((9,)), gamma=1.0), r"expects Identity to give \(10,\)"),
        (
            lambda A: total_variation(Identity((1, 1, 1, 1)), np.ones((1, 1, 1, 1)), 1.0, beta=1.0),
            "models of one to three dimensions, Identity has",
        ),
    ],
)
def test_trade_offs_and_models_that_cannot_be_are_refused_in_a_sentence(call, message):
    with pytest.raises(InputError, match=message):
        call(MatrixOperator(MATRIX))
