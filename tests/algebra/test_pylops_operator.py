"""Operators as those of PyLops."""

from __future__ import annotations

import sys

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.algebra.matrices import MatrixOperator
from geoinv.core.checks import InputError
from geoinv.operators import Blur


def test_it_is_the_same_map_and_passes_pylops_own_dot_test():
    pytest.importorskip("pylops")
    from pylops.utils import dottest

    A = Blur((12, 10), scale=2.0)
    theirs = A.to_pylops()
    assert (theirs.dims, theirs.dimsd, theirs.dtype) == (A.domain_shape, A.range_shape, A.dtype)
    x = np.random.default_rng(0).standard_normal(A.domain_shape)
    npt.assert_allclose(theirs @ x, A(x), rtol=1e-12)
    npt.assert_allclose(theirs.H @ x, A.T(x), rtol=1e-12)
    assert dottest(theirs, 120, 120, rtol=1e-10)


def test_pylops_solves_with_it():
    pylops = pytest.importorskip("pylops")
    A = MatrixOperator(np.random.default_rng(1).standard_normal((8, 5)))
    x = np.arange(5.0)
    found = pylops.optimization.basic.lsqr(A.to_pylops(), A(x), niter=50)[0]
    npt.assert_allclose(found, x, atol=1e-6)


def test_without_pylops_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "pylops", None)
    with pytest.raises(InputError, match="pip install pylops"):
        MatrixOperator(np.eye(2)).to_pylops()
