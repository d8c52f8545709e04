"""The lattice engine of a GPU, its kernels run on the CPU and NumPy's transforms, against that of the host."""

from __future__ import annotations

import makers
import numpy as np
import numpy.testing as npt
import pytest
from emulated_gpu import ORDERS, EmulatedGpu, needs_compiler

import geoinv
from geoinv.conventions.quantities import MAGNETIC_COMPONENTS as COMPONENTS
from geoinv.operators import Magnetics
from geoinv.operators.prisms.cuda.precorrected_fft import LatticeCuda, row_starts

pytestmark = [needs_compiler, pytest.mark.emulated]


def compare(A: Magnetics, order: int, tolerance: float) -> None:
    """Compare both ways with the host's, and with each other."""
    host = A._built()
    device, random = LatticeCuda(host, EmulatedGpu(order)), np.random.default_rng(0)
    models = random.standard_normal((2, A.problem.unknowns, *A.grid.shape))
    data = random.standard_normal((2, *A.range_shape))
    images, gradients = device.forward(models), device.adjoint(data)
    for got, expected in ((images, host.forward(models)), (gradients, host.adjoint(data))):
        assert got.shape == expected.shape
        for part in range(expected.shape[1]):
            npt.assert_allclose(got[:, part], expected[:, part], rtol=0, atol=tolerance * abs(expected[:, part]).max())
    mismatch = abs(np.vdot(images, data) - np.vdot(models, gradients))
    assert mismatch <= tolerance * np.linalg.norm(images) * np.linalg.norm(data)
    npt.assert_array_equal(images, np.concatenate([device.forward(one[None]) for one in models]))
    npt.assert_array_equal(gradients, np.concatenate([device.adjoint(one[None]) for one in data]))


@pytest.mark.parametrize(("unknown", "order"), [("magnetization", 2), *(("susceptibility", order) for order in ORDERS)])
def test_stations_beside_below_and_in_the_grid_get_the_numbers_of_the_host(unknown, order):
    survey = makers.scattered_survey(COMPONENTS)
    compare(Magnetics(makers.regular_grid(), survey, "lattice", unknown=unknown), order, 1e-12)


def many_columns() -> tuple[geoinv.Grid, geoinv.Survey]:
    """More columns and stations than a block has threads, hills, and several stations over one column."""
    grid = geoinv.Grid.regular((3, 5, 150), (25.0, 50.0, 50.0), (-75.0, 0.0, 0.0))
    places = np.random.default_rng(0).uniform((-200, -100, 5), (7700, 350, 120), (140, 3))
    places[70:, :2] = places[:70, :2]
    active = makers.holes(grid.shape)
    return grid.with_active(active), geoinv.Survey(*places.T, components=("tmi", "beu"), field=makers.FIELD)


@pytest.mark.parametrize(
    ("dtype", "rtol", "tolerance"), [("float64", 1e-7, 1e-12), ("float64", 1e-6, 1e-12), ("float32", 1e-4, 1e-5)]
)
def test_blocks_that_are_not_full_and_each_precision_agree_with_the_host(dtype, rtol, tolerance):
    A = Magnetics(*many_columns(), "lattice", rtol=rtol, dtype=dtype)
    compare(A, 2, tolerance)


def test_entries_before_a_row_beyond_the_grid_are_all_that_the_host_counts():
    grid, survey = many_columns()
    plan = Magnetics(grid, survey, "lattice").choice.settings["plan"]
    beyond = plan.cells[:, 1] + plan.cutoff[1] >= grid.shape[1]
    assert beyond.any()
    npt.assert_array_equal(row_starts(plan, grid.shape)[beyond, -1], plan.counts[beyond])
