"""The gridded engine of a GPU, its kernels run on the CPU and NumPy's transforms, against that of the host."""

from __future__ import annotations

import makers
import numpy as np
import numpy.testing as npt
import pytest
from emulated_gpu import EmulatedGpu, needs_compiler

from geoinv.operators import Magnetics
from geoinv.operators.prisms.cuda.gridded import GriddedCuda
from geoinv.operators.prisms.gridded.engine import Gridded
from geoinv.operators.prisms.gridded.layout import layout_of

pytestmark = [needs_compiler, pytest.mark.emulated]


@pytest.mark.parametrize("dtype", makers.DTYPES)
@pytest.mark.parametrize("unknown", makers.UNKNOWNS)
def test_convolutions_are_those_of_the_host(unknown, dtype):
    A = Magnetics(makers.regular_grid(), makers.level_survey(("tmi", "beu")), "gridded", dtype=dtype, unknown=unknown)
    layout, random = layout_of(A.problem), np.random.default_rng(0)
    device, host = GriddedCuda(A.problem, EmulatedGpu(2), layout), Gridded(A.problem, layout=layout)
    models = random.standard_normal((2, A.problem.unknowns, *A.grid.shape)).astype(dtype)
    data = random.standard_normal((2, *A.range_shape)).astype(dtype)
    tolerance = 1e-12 if dtype == "float64" else 1e-5
    for got, expected in ((device.forward(models), host.forward(models)), (device.adjoint(data), host.adjoint(data))):
        assert got.dtype == dtype
        for part in range(expected.shape[1]):
            npt.assert_allclose(got[:, part], expected[:, part], rtol=0, atol=tolerance * abs(expected[:, part]).max())


@pytest.mark.parametrize(("rtol", "precision"), [(1e-5, "float32"), (1e-6, "float64")])
def test_the_precision_on_a_device_is_that_of_the_host(rtol, precision):
    grid, survey = makers.regular_grid(), makers.level_survey(("tmi", "beu"))
    A = Magnetics(grid, survey, "gridded", dtype="float32", rtol=rtol)
    assert GriddedCuda(A.problem, EmulatedGpu(2)).layout.precision == A.choice.settings["layout"].precision == precision
