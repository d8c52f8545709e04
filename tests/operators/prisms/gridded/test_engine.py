"""The gridded engine: a layer at a time, on any number of threads, with or without its kernels in memory."""

from __future__ import annotations

import tracemalloc

import numba
import numpy as np
import numpy.testing as npt
import pytest
from makers import FIELD, UNKNOWNS, holes

import geoinv
from geoinv.operators.magnetic import magnetic_problem
from geoinv.operators.prisms.dense import Dense
from geoinv.operators.prisms.gridded import engine as magnetic_gridded
from geoinv.operators.prisms.gridded.engine import Gridded, gridded_bytes
from geoinv.operators.prisms.gridded.layout import layout_of
from geoinv.operators.prisms.problem import PrismProblem

EDGES = np.cumsum([-240.0, 9.0, 31.0, 12.0, 50.0, 8.0, 20.0, 15.0, 25.0, 10.0, 14.0, 16.0, 30.0])


def problem(unknown: str = "susceptibility", dtype: str = "float64", height: float = 5.0) -> PrismProblem:
    """Twelve layers of different thickness, some of their cells inactive, under stations with gaps."""
    grid = geoinv.Grid(np.arange(9) * 25.0, np.arange(7) * 20.0, EDGES)
    easting, northing = np.meshgrid(-38.0 + 25.0 * np.arange(11), 13.0 + 40.0 * np.arange(4))
    kept = holes((easting.size,))
    survey = geoinv.Survey(
        easting.ravel()[kept],
        northing.ravel()[kept],
        np.full(int(kept.sum()), height),
        components=("tmi", "buu"),
        field=FIELD,
    )
    return magnetic_problem(grid.with_active(holes(grid.shape)), survey, unknown, np.dtype(dtype))


def models_and_data(of: PrismProblem) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(2)
    models = random.standard_normal((3, of.unknowns, *of.cells.shape)) * of.cells.active
    return models.astype(of.storage), random.standard_normal((3, *of.range_shape)).astype(of.storage)


@pytest.mark.parametrize("recompute", [False, True])
@pytest.mark.parametrize("unknown", UNKNOWNS)
@pytest.mark.parametrize("height", [5.0, 0.0, EDGES[4], EDGES[4] + 3.0])
def test_layers_a_few_at_a_time_sum_to_the_matrix(monkeypatch, recompute, unknown, height):
    for limit in ("BLOCK_BYTES", "BUILT_TOGETHER", "CHUNKS"):
        monkeypatch.setattr(magnetic_gridded, limit, 5 if limit == "CHUNKS" else 2)
    of = problem(unknown, height=height)
    models, data = models_and_data(of)
    dense, gridded = Dense(of), Gridded(of, recompute)
    weights = np.random.default_rng(3).uniform(0.5, 2.0, of.range_shape)
    pairs = [
        (gridded.forward(models), dense.forward(models)),
        (gridded.adjoint(data) * of.cells.active, dense.adjoint(data)),
        (gridded.gram_diagonal(weights) * of.cells.active, dense.gram_diagonal(weights)),
    ]
    for got, expected in pairs:
        for row, exact in zip(got.reshape(-1, got.shape[-1]), expected.reshape(-1, got.shape[-1]), strict=True):
            npt.assert_allclose(row, exact, rtol=0, atol=1e-10 * abs(expected).max())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_recomputed_kernels_give_the_bits_of_stored_ones(dtype):
    of = problem(dtype=dtype)
    models, data = models_and_data(of)
    stored, recomputed = Gridded(of), Gridded(of, recompute=True)
    npt.assert_array_equal(stored.forward(models), recomputed.forward(models))
    npt.assert_array_equal(stored.adjoint(data), recomputed.adjoint(data))


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="one thread only")
@pytest.mark.parametrize("recompute", [False, True])
def test_any_number_of_threads_gives_the_same_bits(monkeypatch, recompute):
    for limit in ("BLOCK_BYTES", "BUILT_TOGETHER"):
        monkeypatch.setattr(magnetic_gridded, limit, 1)
    of = problem(dtype="float32")
    models, data = models_and_data(of)
    many = Gridded(of, recompute)
    expected = many.forward(models), many.adjoint(data)
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        one = Gridded(of, recompute)
        npt.assert_array_equal(one.forward(models), expected[0])
        npt.assert_array_equal(one.adjoint(data), expected[1])
    finally:
        numba.set_num_threads(threads)


def test_recomputing_takes_less_memory_and_no_more_than_announced(monkeypatch):
    monkeypatch.setattr(magnetic_gridded, "BUILT_TOGETHER", 2)
    grid = geoinv.Grid.regular((96, 20, 20), (10.0, 10.0, 10.0), (-960.0, 0.0, 0.0))
    easting, northing = np.meshgrid(5.0 + 10.0 * np.arange(20), 5.0 + 10.0 * np.arange(20))
    survey = geoinv.Survey(easting.ravel(), northing.ravel(), np.full(400, 5.0), components=("be", "bn"), field=FIELD)
    of = magnetic_problem(grid, survey, "magnetization", np.dtype(np.float64))
    layout = layout_of(of)
    models, data = models_and_data(of)
    Gridded(of).adjoint(Gridded(of).forward(models[:1]))  # loads the kernels
    peaks = []
    for recompute in (False, True):
        tracemalloc.start()
        engine = Gridded(of, recompute)
        engine.adjoint(data[:1])
        engine.forward(models[:1])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert 0.3 * gridded_bytes(of, layout, recompute) < peaks[-1] < 1.2 * gridded_bytes(of, layout, recompute)
    assert peaks[1] < peaks[0]
