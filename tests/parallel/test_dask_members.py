"""Ensembles over Dask."""

from __future__ import annotations

import sys

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.algebra.matrices import MatrixOperator
from geoinv.core.checks import InputError
from geoinv.parallel import dask_ensemble


@pytest.fixture(scope="module")
def solution():
    A = MatrixOperator(np.random.default_rng(0).standard_normal((12, 6)))
    d = A(np.arange(6.0)) + 0.1
    return geoinv.invert(A, d, 0.5, geoinv.Smooth(smoothness=0.0, weighting=None), beta=2.0)


@pytest.mark.parametrize("tasks", [None, 2])
def test_members_are_those_of_one_process_to_the_last_bit(solution, tasks):
    dask = pytest.importorskip("dask")
    alone = geoinv.ensemble(solution, 5, seed=3)
    with dask.config.set(scheduler="synchronous"):
        together = dask_ensemble(solution, 5, seed=3, tasks=tasks)
    npt.assert_array_equal(together.samples, alone.samples)
    npt.assert_array_equal(together.base_levels, alone.base_levels)
    assert together.doubts == alone.doubts


def test_processes_of_this_machine_serve_where_nothing_else_is_named(solution):
    pytest.importorskip("dask")
    npt.assert_array_equal(dask_ensemble(solution, 2, tasks=1).samples, geoinv.ensemble(solution, 2).samples)


def test_without_dask_and_without_tasks_there_is_a_sentence(solution, monkeypatch):
    with pytest.raises(InputError, match="expects tasks"):
        dask_ensemble(solution, 2, tasks=0)
    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(InputError, match=r"geoinv\[dask\]"):
        dask_ensemble(solution, 2)
