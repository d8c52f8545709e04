"""The direct engine's CUDA kernels, run on the CPU, against the engine of the host."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import makers
import numpy as np
import numpy.testing as npt
import pytest
from direct_sums import attraction_problem
from emulated_gpu import ORDERS, EmulatedGpu, needs_compiler

import geoinv
from geoinv.conventions.quantities import MAGNETIC_COMPONENTS as COMPONENTS
from geoinv.operators import Magnetics
from geoinv.operators.magnetic import magnetic_problem
from geoinv.operators.prisms.cuda.direct import DirectCuda
from geoinv.operators.prisms.direct import Direct
from geoinv.operators.prisms.multipole.expansion import dipole_size
from geoinv.operators.prisms.problem import PrismProblem

pytestmark = [needs_compiler, pytest.mark.emulated]


def magnetics(unknown: str) -> Magnetics:
    """Cells of any width, stations on faces, edges and corners too."""
    return Magnetics(makers.padded_grid(), makers.scattered_survey(COMPONENTS), engine="direct", unknown=unknown)


def draws(A: Magnetics, batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Models and data."""
    random = np.random.default_rng(3)
    models = random.standard_normal((batch, A.problem.unknowns, *A.grid.shape)) * A.grid.active
    return models, random.standard_normal((batch, *A.range_shape))


@pytest.mark.parametrize(("unknown", "order"), [("magnetization", 2), *(("susceptibility", order) for order in ORDERS)])
def test_every_component_is_that_of_the_host_in_every_order_of_threads(unknown, order):
    A = magnetics(unknown)
    host, device = A._built(), DirectCuda(A.problem, EmulatedGpu(order))
    models, data = draws(A, 6)
    for got, expected in ((device.forward(models), host.forward(models)), (device.adjoint(data), host.adjoint(data))):
        assert got.shape == expected.shape
        for part in range(expected.shape[1]):
            npt.assert_allclose(got[:, part], expected[:, part], rtol=0, atol=1e-12 * abs(expected[:, part]).max())


def test_a_batch_equals_a_loop_bit_by_bit():
    A = magnetics("susceptibility")
    device = DirectCuda(A.problem, EmulatedGpu())
    models, data = draws(A, 5)
    npt.assert_array_equal(device.forward(models), np.concatenate([device.forward(one[None]) for one in models]))
    npt.assert_array_equal(device.adjoint(data), np.concatenate([device.adjoint(one[None]) for one in data]))


def test_more_stations_and_nodes_than_threads_of_a_block_fill_several():
    grid = geoinv.Grid.regular((2, 3, 140), (5.0, 10.0, 10.0))
    random = np.random.default_rng(0)
    survey = geoinv.Survey(*random.uniform((0, 0, 1), (1400, 30, 20), (150, 3)).T, field=makers.FIELD)
    A = Magnetics(grid, survey, engine="direct")
    host, device = A._built(), DirectCuda(A.problem, EmulatedGpu(2))
    models, data = draws(A, 1)
    for got, expected in ((device.forward(models), host.forward(models)), (device.adjoint(data), host.adjoint(data))):
        npt.assert_allclose(got, expected, rtol=0, atol=1e-12 * abs(expected).max())


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


def far_problem(dtype: str, padded: bool) -> PrismProblem:
    """Near and far cells at a tolerance that the precision suits; in a mesh of one cell size nearly all are far."""
    grid = makers.padded_grid()
    if not padded:
        grid = geoinv.Grid.regular((4, 3, 150), (25.0, 50.0, 50.0), (-100.0, 0.0, 0.0))
    rtol = 1e-6 if dtype == "float64" else 1e-5
    return magnetic_problem(grid, far_survey(padded), "susceptibility", np.dtype(dtype), rtol)


def far_survey(padded: bool) -> geoinv.Survey:
    components = ("tmi", "beu")
    if padded:
        return makers.scattered_survey(components)
    places = np.random.default_rng(0).uniform((0, 0, 30), (7500, 150, 150), (130, 3))
    return geoinv.Survey(*places.T, components=components, field=makers.FIELD)


@cache
def exact_results(padded: bool) -> tuple[Magnetics, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Operator of the host, models, data, and their images under it and its adjoint."""
    problem = far_problem("float64", padded)
    A = Magnetics(problem.cells, far_survey(padded), engine="direct")
    models, data = draws(A, 5 if padded else 1)
    return A, models, data, A._built().forward(models), A._built().adjoint(data)


@pytest.mark.parametrize("dtype", makers.DTYPES)
@pytest.mark.parametrize(("padded", "order"), [(True, 0), (True, 7), (False, 1), (False, 2)])
def test_far_cells_by_moments_are_within_the_tolerance_of_the_exact_ones(padded, order, dtype):
    _, models, data, expected_data, expected_models = exact_results(padded)
    device = DirectCuda(far_problem(dtype, padded), EmulatedGpu(order))
    assert device._pairs._precision == np.dtype(dtype)
    images, gradients = device.forward(models), device.adjoint(data)
    for component in (0, 1):
        error = np.linalg.norm(images[:, component] - expected_data[:, component])
        assert error <= 1e-6 * np.linalg.norm(expected_data[:, component])
    assert np.linalg.norm(gradients - expected_models) <= 1e-6 * np.linalg.norm(expected_models)
    mismatch = abs(np.vdot(images, data) - np.vdot(models, gradients))
    assert mismatch <= (1e-12 if dtype == "float64" else 1e-6) * np.linalg.norm(images) * np.linalg.norm(data)


def test_cells_of_wide_padding_and_stations_far_away_stay_within_single_precision():
    widening = 10.0 * 1.8 ** np.arange(1, 11)
    edges = np.cumsum(np.concatenate([[-widening.sum()], widening[::-1], np.full(4, 10.0), widening]))
    grid = geoinv.Grid(edges, edges[9:16], [-500.0, -10.0, 0.0])
    places = np.random.default_rng(4).uniform((0.0, 0.0, 5.0), (40.0, 40.0, 30.0), (10, 3))
    places[:2] = (1e7, 45.0, 3.0), (3e3, -2e6, 10.0)
    survey = geoinv.Survey(*places.T, components=("tmi", "bee"), field=makers.FIELD)
    problem = magnetic_problem(grid, survey, "susceptibility", np.dtype(np.float32), 1e-5)
    device, host = DirectCuda(problem, EmulatedGpu()), Direct(replace(problem, rtol=1e-9))
    assert device._pairs._precision == np.float32
    units = np.eye(20).reshape(20, 2, 10)
    found, expected = (engine.adjoint(units).reshape(20, -1) for engine in (device, host))
    centres = np.stack(np.meshgrid(grid.easting, grid.northing, grid.upward, indexing="ij"), -1).T.reshape(3, -1).T
    volumes = grid.volumes.ravel()
    for component, (order, weights) in enumerate(zip(problem.kernels.order, problem.kernels.weights, strict=True)):
        for station, place in enumerate(places):
            r = np.linalg.norm(centres - place, axis=1)
            size = dipole_size(int(order), weights[0]) * volumes / r ** (order + 1.0)
            row = 10 * component + station
            assert (abs(found[row] - expected[row]) <= 1e-5 * size).all()
