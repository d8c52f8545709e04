"""Far cells by their moments on a GPU, run on the CPU, against the exact sums of the host."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import makers
import numpy as np
import pytest
from direct_sums import draws
from emulated_gpu import EmulatedGpu, needs_compiler

import geoinv
from geoinv.operators import Magnetics
from geoinv.operators.magnetic import magnetic_problem
from geoinv.operators.prisms.cuda.direct import DirectCuda
from geoinv.operators.prisms.direct import Direct
from geoinv.operators.prisms.multipole.expansion import dipole_size
from geoinv.operators.prisms.problem import PrismProblem

pytestmark = [needs_compiler, pytest.mark.emulated]


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
