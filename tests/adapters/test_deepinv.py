"""Operators as physics of deepinv."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch
from bench_blur import imported_deepinv

from geoinv.adapters.deepinv import to_deepinv
from geoinv.algebra.matrices import MatrixOperator
from geoinv.core.checks import InputError
from geoinv.operators import Blur


def test_its_least_squares_and_adjoint_are_those_of_the_operator():
    try:
        imported_deepinv()
    except ImportError as error:
        pytest.skip(f"deepinv does not import: {error}")
    A = Blur((12, 10), scale=1.0)
    physics = to_deepinv(A)
    x = torch.rand(2, 3, 12, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    y = physics.A(x)
    assert np.allclose(y.numpy(), A(x.numpy()))
    assert np.allclose(physics.A_adjoint(y).numpy(), A.T(y.numpy()))
    assert abs(float(physics.adjointness_test(x))) < 1e-8
    assert torch.allclose(physics.A(physics.A_dagger(y)), y, atol=1e-2)


def test_without_deepinv_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "deepinv.physics", None)
    monkeypatch.setitem(sys.modules, "deepinv", None)
    with pytest.raises(InputError, match="pip install deepinv"):
        to_deepinv(MatrixOperator(np.eye(2)))
