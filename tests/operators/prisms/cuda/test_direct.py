"""The direct engine's CUDA kernels, run on the CPU, against the engine of the host."""

from __future__ import annotations

import makers
import numpy as np
import numpy.testing as npt
import pytest
from direct_sums import attraction_problem, draws
from emulated_gpu import ORDERS, EmulatedGpu, needs_compiler

from geoinv.conventions.quantities import MAGNETIC_COMPONENTS as COMPONENTS
from geoinv.operators import Magnetics
from geoinv.operators.prisms.cuda.direct import DirectCuda
from geoinv.operators.prisms.direct import Direct

pytestmark = [needs_compiler, pytest.mark.emulated]


def magnetics(unknown: str) -> Magnetics:
    """Cells of any width, stations on faces, edges and corners too."""
    return Magnetics(makers.padded_grid(), makers.scattered_survey(COMPONENTS), engine="direct", unknown=unknown)


@pytest.mark.parametrize(("unknown", "order"), [("magnetization", 2), *(("susceptibility", order) for order in ORDERS)])
def test_every_component_is_that_of_the_host_in_every_order_of_threads(unknown, order):
    A = magnetics(unknown)
    host, device = A._built(), DirectCuda(A.problem, EmulatedGpu(order))
    models, data = draws(A, 6)
    for got, expected in ((device.forward(models), host.forward(models)), (device.adjoint(data), host.adjoint(data))):
        assert got.shape == expected.shape
        for part in range(expected.shape[1]):
            npt.assert_allclose(got[:, part], expected[:, part], rtol=0, atol=1e-12 * abs(expected[:, part]).max())


@pytest.mark.parametrize(("rtol", "dtype", "tolerance"), [(None, "float64", 1e-13), (1e-6, "float32", 1e-6)])
def test_first_derivatives_are_those_of_the_host(rtol, dtype, tolerance):
    grid = makers.padded_grid()
    problem = attraction_problem(grid, makers.scattered_survey(("tmi",)), rtol, dtype)
    host, device = Direct(problem), DirectCuda(problem, EmulatedGpu(2))
    random = np.random.default_rng(5)
    models = random.standard_normal((2, 1, *grid.shape)) * grid.active
    data = random.standard_normal((2, *problem.range_shape))
    npt.assert_allclose(
        device.forward(models), host.forward(models), rtol=0, atol=tolerance * abs(host.forward(models)).max()
    )
    expected = host.adjoint(data) * grid.active
    npt.assert_allclose(device.adjoint(data) * grid.active, expected, rtol=0, atol=tolerance * abs(expected).max())
