"""The convolution beside the fields of all cells at the nodes of the lattice, one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.testing as npt
import pytest
from lattice_cases import at, problem_of

import geoinv
from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.precorrected_fft.plan import plan_of
from geoinv.operators.prisms.precorrected_fft.runs import CellRuns
from geoinv.operators.prisms.precorrected_fft.transform import LatticeConvolution

SMALL = geoinv.Grid.regular((3, 5, 6), (25.0, 50.0, 50.0), (-75.0, 6.0e6, 5.0e5))
# so high that no cell is near a node, and none is left out of the convolution
PROBLEM = problem_of(at([(100.0, 90.0, 900.0), (190.0, 140.0, 930.0)], ("tmi", "buu")), grid=SMALL)
PLAN = plan_of(PROBLEM)


def matrix(power: int = 1) -> np.ndarray:
    """Fields (components, *nodes, *cells)."""
    assert not isinstance(PLAN, str)
    corner = [PROBLEM.nodes.z[0], PROBLEM.nodes.y[0], PROBLEM.nodes.x[0]]
    axes = [
        start + width * (first + np.arange(count))
        for start, width, first, count in zip(corner, PLAN.spacing, PLAN.first, PLAN.shape, strict=True)
    ]
    up, north, east = np.meshgrid(*axes, indexing="ij")
    places = np.column_stack([east.ravel(), north.ravel(), up.ravel()])
    rows = cell_fields(PROBLEM, places)[:, :, 0] ** power
    return rows.reshape(2, *PLAN.shape, *SMALL.shape)


@pytest.mark.parametrize("power", [1, 2])
def test_fields_at_the_nodes_and_their_transpose(power):
    random, convolution, rows = np.random.default_rng(0), LatticeConvolution(PROBLEM, PLAN, float, power), matrix(power)
    model, field = random.standard_normal((1, *SMALL.shape)), random.standard_normal((2, *PLAN.shape))
    expected = np.tensordot(rows, model[0], 3)
    npt.assert_allclose(convolution.forward(model), expected, rtol=0, atol=1e-11 * abs(expected).max())
    expected = np.tensordot(field, rows, ((0, 1, 2, 3), (0, 1, 2, 3)))
    npt.assert_allclose(convolution.adjoint(field)[0], expected, rtol=0, atol=1e-11 * abs(expected).max())


def test_single_precision_is_single_and_runs_are_repeated_cells():
    runs = CellRuns((np.array([2, 1]), np.array([1, 3, 1]), np.array([1, 1, 4])))
    model = np.random.default_rng(1).standard_normal((1, 2, 3, 3))
    plain = LatticeConvolution(PROBLEM, PLAN, float)
    repeated = LatticeConvolution(PROBLEM, PLAN, float, runs=runs)
    expected = plain.forward(runs.repeat_all(model))
    npt.assert_allclose(repeated.forward(model), expected, rtol=0, atol=1e-12 * abs(expected).max())
    single = LatticeConvolution(PROBLEM, replace(PLAN), np.float32, runs=runs)
    assert single.spectra.dtype == np.complex64
    npt.assert_allclose(single.forward(model), expected, rtol=0, atol=1e-5 * abs(expected).max())
