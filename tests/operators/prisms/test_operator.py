"""An operator over prisms: what it refuses, prints, reports, and takes of memory and threads."""

from __future__ import annotations

import re
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.testing as npt
import pytest
from choice_cases import GRID, WIDE, irregular, level
from makers import ENGINES

from geoinv import InputError
from geoinv.core.progress import reporting
from geoinv.operators import Magnetics


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"engine": "fft"},
            "Magnetics expects engine to be one of auto, direct, gridded, lattice, levels, dense; got 'fft'",
        ),
        ({"dtype": "float16"}, "Magnetics expects dtype to be one of float64, float32; got 'float16'"),
        ({"unknown": "density"}, "Magnetics expects unknown to be one of susceptibility, magnetization; got 'density'"),
        ({"rtol": 10.0}, "Magnetics expects rtol below 1, got 10; give a relative error"),
        ({"rtol": 0.0}, "Magnetics expects positive rtol, got 0"),
        ({"rtol": np.nan}, "Magnetics expects finite rtol, got nan"),
        (
            {"rtol": 1e-15},
            "Magnetics expects rtol of 1e-11 or more with dtype float64, which rounds, got 1e-15; give None",
        ),
        (
            {"rtol": 1e-7, "dtype": "float32"},
            "Magnetics expects rtol of 1e-06 or more with dtype float32, which rounds, got 1e-07; give None for the "
            "most exact, or dtype='float64'",
        ),
        ({"rtol": "fine"}, "Magnetics expects rtol to be real numbers, got values of type <U4"),
        ({"dtype": "real"}, "Magnetics expects dtype to be one of float64, float32; got 'real'"),
        ({"dtype": "int32"}, "Magnetics expects dtype to be one of float64, float32; got 'int32'"),
        (
            {"grid": WIDE.to_discretize()},
            "Magnetics expects a Grid or OctreeGrid and a Survey, got TensorMesh and Survey; make the mesh with "
            "geoinv.Grid.from_discretize",
        ),
    ],
)
def test_an_argument_that_cannot_be_used_is_named(arguments, sentence):
    arguments = {"grid": GRID, "survey": irregular(), **arguments}
    with pytest.raises(InputError, match=re.escape(sentence)):
        Magnetics(**arguments)


def test_a_model_or_data_of_another_shape_is_refused_with_the_remedy():
    A = Magnetics(GRID, irregular())
    with pytest.raises(InputError, match=r"\(3, 6, 8\) \(upward, northing, easting\), got \(144,\); reshape it with"):
        A(np.zeros(144))
    with pytest.raises(InputError, match=r"Magnetics\.T expects an array of shape \(1, 12\) \(component, station\)"):
        A.T(np.zeros(11))
    vector = Magnetics(GRID, irregular(), unknown="magnetization")
    with pytest.raises(InputError, match=r"\(3, 3, 6, 8\) \(component, upward, northing, easting\), got \(3, 6, 8\)"):
        vector(np.zeros(GRID.shape))


def test_printing_tells_the_engine_the_reason_and_the_cost():
    text = repr(Magnetics(WIDE, level((3.0, 4.0), (10.0, 10.0), (64, 64))))
    assert "Magnetics of tmi be buu: susceptibility (16, 64, 64) (upward, northing, easting)" in text
    assert "to data (3, 4096) (component, station), float64" in text
    assert re.search(r"\nengine gridded: least time .*direct [\d.e+]+ s", text)
    assert re.search(r"\nexpected: [\d.]+ [MG]B, [\d.e-]+ s to build, [\d.e-]+ s to apply", text)
    assert str(Magnetics(GRID, irregular(), engine="direct")).count("\n") == 2


@pytest.mark.parametrize("engine", ["gridded", "dense"])
def test_a_tolerance_of_1e_5_and_more_keeps_numbers_in_single_precision(engine):
    survey = level((3.0, 4.0), (20.0, 25.0), (6, 8))
    model = np.random.default_rng(0).random(GRID.shape)
    exact, fine, coarse = (Magnetics(GRID, survey, engine=engine, rtol=rtol) for rtol in (None, 9e-6, 1e-5))
    assert exact.dtype == fine.dtype == coarse.dtype == np.float64
    assert coarse.choice.estimate.memory < fine.choice.estimate.memory == exact.choice.estimate.memory
    d = exact(model)
    npt.assert_array_equal(fine(model), d)
    error = np.linalg.norm(coarse(model) - d) / np.linalg.norm(d)
    assert 1e-9 < error < 1e-6
    assert coarse(model).dtype == np.float64


@pytest.mark.parametrize("engine", ENGINES)
def test_threads_that_share_an_operator_get_the_same_numbers(engine):
    survey = level((3.0, 4.0), (20.0, 25.0), (6, 8))
    models = np.random.default_rng(0).standard_normal((16, *GRID.shape))
    A = Magnetics(GRID, survey, engine=engine)
    expected = [A(model) for model in models]
    shared = Magnetics(GRID, survey, engine=engine)  # not built yet: the threads meet there first
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(shared, models))
        adjoints = list(pool.map(shared.T, results))
        diagonals = list(pool.map(lambda _: shared.gram_diagonal(), range(4)))
    for result, adjoint, one in zip(results, adjoints, expected, strict=True):
        npt.assert_allclose(result, one, rtol=0, atol=1e-14 * abs(one).max())
        back = A.T(one)
        npt.assert_allclose(adjoint, back, rtol=0, atol=1e-13 * abs(back).max())
    for diagonal in diagonals:
        npt.assert_allclose(diagonal, A.gram_diagonal(), rtol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_repeated_application_gives_the_same_bits(engine):
    survey = level((3.0, 4.0), (20.0, 25.0), (6, 8))
    model = np.random.default_rng(0).standard_normal(GRID.shape)
    A, B = (Magnetics(GRID, survey, engine=engine) for _ in range(2))
    npt.assert_array_equal(A(model), A(model))
    npt.assert_array_equal(A(model), B(model))
    npt.assert_array_equal(A.T(A(model)), B.T(B(model)))


@pytest.mark.parametrize("engine", ENGINES)
def test_the_memory_that_is_announced_is_about_what_is_taken(engine):
    survey = level((3.0, 4.0), (10.0, 10.0), (20, 20)).with_components(["tmi"])
    for _ in range(2):  # the first one loads the kernels
        A = Magnetics(WIDE, survey, engine=engine, memory_budget=1e10)
        tracemalloc.start()
        A.T(A(np.ones(A.domain_shape)))
        A.gram_diagonal()
        taken = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert 0.3 * A.choice.estimate.memory < taken < 1.6 * A.choice.estimate.memory


def test_long_steps_report_their_progress():
    survey = level((3.0, 4.0), (20.0, 25.0), (6, 8))
    reports: list[tuple[str, float, float]] = []
    with reporting(lambda step, done, total: reports.append((step, done, total))):
        A = Magnetics(GRID, survey, engine="direct")
        A.T(A(np.ones(GRID.shape)))
        A.gram_diagonal()
        Magnetics(GRID, survey, engine="dense")(np.ones(GRID.shape))
    for step in ("forward", "adjoint", "sensitivity", "matrix"):
        done = [report[1] for report in reports if report[0] == step]
        assert done[0] == 0
        assert done[-1] == survey.stations
        assert done == sorted(done)
