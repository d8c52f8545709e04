"""Exact prisms on a GPU, run on the CPU: batches in groups, and sums over several blocks of threads."""

from __future__ import annotations

import makers
import numpy as np
import numpy.testing as npt
import pytest
from direct_sums import draws
from emulated_gpu import EmulatedGpu, needs_compiler

import geoinv
from geoinv.conventions.quantities import MAGNETIC_COMPONENTS as COMPONENTS
from geoinv.operators import Magnetics
from geoinv.operators.prisms.cuda.direct import DirectCuda
from geoinv.operators.prisms.cuda.exact import BATCHES, groups


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 11])
def test_a_batch_is_cut_into_groups_that_have_a_kernel(count):
    found = groups(count)
    assert [n for part in found for n in range(part.start, part.stop)] == list(range(count))
    assert {part.stop - part.start for part in found} <= set(BATCHES)


@needs_compiler
@pytest.mark.emulated
def test_a_batch_equals_a_loop_bit_by_bit():
    A = Magnetics(makers.padded_grid(), makers.scattered_survey(COMPONENTS), engine="direct")
    device = DirectCuda(A.problem, EmulatedGpu())
    models, data = draws(A, 5)
    npt.assert_array_equal(device.forward(models), np.concatenate([device.forward(one[None]) for one in models]))
    npt.assert_array_equal(device.adjoint(data), np.concatenate([device.adjoint(one[None]) for one in data]))


@needs_compiler
@pytest.mark.emulated
def test_more_stations_and_nodes_than_threads_of_a_block_fill_several():
    grid = geoinv.Grid.regular((2, 3, 140), (5.0, 10.0, 10.0))
    random = np.random.default_rng(0)
    survey = geoinv.Survey(*random.uniform((0, 0, 1), (1400, 30, 20), (150, 3)).T, field=makers.FIELD)
    A = Magnetics(grid, survey, engine="direct")
    host, device = A._built(), DirectCuda(A.problem, EmulatedGpu(2))
    models, data = draws(A, 1)
    for got, expected in ((device.forward(models), host.forward(models)), (device.adjoint(data), host.adjoint(data))):
        npt.assert_allclose(got, expected, rtol=0, atol=1e-12 * abs(expected).max())
