"""Separable modes against Kronecker products."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.core.checks import InputError
from geoinv.embeddings.separable import SeparableModes, leading_modes


def test_is_a_kronecker_product_with_its_exact_adjoint() -> None:
    random = np.random.default_rng(0)
    factors = [random.standard_normal(shape) for shape in ((4, 2), (5, 3), (3, 3))]
    E = SeparableModes(factors)
    dense = np.kron(np.kron(factors[0], factors[1]), factors[2])
    z = random.standard_normal((7, *E.domain_shape))
    assert np.allclose(E(z).reshape(7, -1), z.reshape(7, -1) @ dense.T, rtol=1e-13)
    assert np.allclose(E.to_dense(), dense, rtol=1e-13)
    assert E.dot_test() < 1e-14


def test_single_precision_stays_single() -> None:
    E = SeparableModes([np.eye(3), np.eye(2)], np.float32)
    assert E(np.ones((3, 2), np.float32)).dtype == np.float32
    assert E.dot_test() < 1e-6


@pytest.mark.parametrize(
    ("factors", "text"),
    [([np.ones(3)], "of shape .cells, modes."), ([np.full((2, 2), np.nan)], "finite"), ([np.ones((0, 2))], "shape")],
)
def test_rejects_what_is_no_matrix(factors: list[np.ndarray], text: str) -> None:
    with pytest.raises(InputError, match=text):
        SeparableModes(factors)


def test_leading_modes_are_those_of_the_singular_value_decomposition() -> None:
    samples = np.random.default_rng(1).standard_normal((50, 6)) * [5.0, 3.0, 2.0, 1.0, 0.5, 0.1]
    modes = leading_modes(samples, 2)
    _, _, rows = np.linalg.svd(samples, full_matrices=False)
    assert np.allclose(np.abs(rows[:2] @ modes), np.eye(2), atol=1e-8)
