"""Which engine applies the magnetic operator, what it says, and that all of them agree where geometry is awkward."""

from __future__ import annotations

import re
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.testing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import ENGINES, FIELD, holes

import geoinv
from geoinv import InputError
from geoinv.core.progress import reporting
from geoinv.operators import Magnetics

GRID = geoinv.Grid.regular((3, 6, 8), (10.0, 20.0, 25.0), (-30.0, 0.0, 0.0))
WIDE = geoinv.Grid.regular((16, 64, 64), (10.0, 10.0, 10.0), (-160.0, 0.0, 0.0))


def level(
    corner: tuple[float, float], spacing: tuple[float, float], shape: tuple[int, int], height: float = 5.0
) -> geoinv.Survey:
    """Survey of rows and columns of stations from the (south, west) corner."""
    easting, northing = np.meshgrid(
        corner[1] + spacing[1] * np.arange(shape[1]), corner[0] + spacing[0] * np.arange(shape[0])
    )
    return geoinv.Survey(
        easting.ravel(), northing.ravel(), np.full(easting.size, height), components=("tmi", "be", "buu"), field=FIELD
    )


def assert_engines_agree(grid: geoinv.Grid, survey: geoinv.Survey, tolerance: float = 1e-10) -> None:
    random = np.random.default_rng(0)
    model, data = random.standard_normal(grid.shape), random.standard_normal(survey.range_shape)
    direct = Magnetics(grid, survey, engine="direct")
    d, g = direct(model), direct.T(data)
    # what cells give one by one: their sum may cancel, rounding does not
    entries = abs(direct.to_dense()).reshape(*d.shape, grid.size)
    for engine in ("gridded", "dense"):
        A = Magnetics(grid, survey, engine=engine)
        for row, expected, size in zip(A(model), d, entries @ abs(model).ravel(), strict=True):
            npt.assert_allclose(row, expected, rtol=0, atol=tolerance * size.max())
        npt.assert_allclose(A.T(data), g, rtol=0, atol=tolerance * np.tensordot(abs(data), entries, 2).max())


@pytest.mark.parametrize(
    "survey",
    [
        level((10.0, 12.5), (20.0, 25.0), (6, 8)),  # above cell centres
        level((0.0, 0.0), (20.0, 25.0), (7, 9)),  # above cell corners
        level((3.7, -1.1), (20.0, 25.0), (6, 8)),
        level((13.0, 7.0), (40.0, 25.0), (3, 5)),  # every second row
        level((13.0, 7.0), (20.0, 75.0), (4, 2)),  # every third column
        level((-95.0, -203.0), (40.0, 50.0), (8, 12)),  # beyond the grid on all sides
        level((41.0, 52.0), (20.0, 25.0), (2, 2)),  # a few stations in the middle
        level((500.0, 700.0), (20.0, 25.0), (3, 3)),  # beside the grid
        level((10.0, 12.5), (20.0, 25.0), (1, 1)),
        level((10.0, 12.5), (20.0, 25.0), (1, 9)),
        level((10.0, 12.5), (20.0, 25.0), (6, 8), height=0.0),  # on the ground
        level((0.0, 0.0), (20.0, 25.0), (7, 9), height=0.0),
        level((3.0, 4.0), (20.0, 25.0), (6, 8), height=-45.0),  # below
        level((3.0, 4.0), (20.0, 25.0), (6, 8), height=-15.0),  # inside
        level((0.0, 0.0), (20.0, 25.0), (7, 9), height=-15.0),
    ],
)
def test_engines_agree_wherever_a_regular_survey_lies(survey):
    assert_engines_agree(GRID, survey)


def test_engines_agree_on_missing_shuffled_and_repeated_stations():
    survey = level((10.0, 12.5), (20.0, 25.0), (6, 8))
    kept = np.random.default_rng(1).permutation(np.flatnonzero(holes((survey.stations,))))
    assert_engines_agree(GRID, survey.select(np.append(kept, kept[:5])))


def test_engines_agree_among_utm_coordinates():
    grid = geoinv.Grid.regular((3, 6, 8), (10.0, 20.0, 25.0), (300.0, 6.0e6, 5.0e5))
    assert_engines_agree(grid, level((6.0e6 - 13.0, 5.0e5 + 7.0), (20.0, 25.0), (9, 8), height=340.0))


def test_engines_agree_over_layers_of_any_thickness_with_inactive_cells():
    grid = geoinv.Grid(GRID.easting_edges, GRID.northing_edges, [-200.0, -50.0, -20.0, -10.0, 0.0])
    grid = grid.with_active(holes(grid.shape))
    assert_engines_agree(grid, level((3.0, 4.0), (20.0, 25.0), (6, 8)))


@settings(max_examples=25)
@given(
    st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 6)),
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.tuples(st.floats(-80.0, 80.0), st.floats(-80.0, 80.0)),
    st.sampled_from([0.3, 7.0, 12.5]),
)
def test_engines_agree_for_any_regular_geometry(cells, stations, skip, corner, width):
    grid = geoinv.Grid.regular(cells, (5.0, width, 1.5 * width), (-20.0, 0.0, 0.0))
    survey = level(corner, (skip[0] * width, skip[1] * 1.5 * width), stations, height=2.0)
    assert_engines_agree(grid, survey)


def test_the_rule_takes_the_gridded_engine_where_it_applies():
    A = Magnetics(WIDE, level((3.0, 4.0), (10.0, 10.0), (64, 64)))
    assert A.engine == "gridded"
    assert "least time for 200 applications" in A.choice.reason


def scattered(stations: int = 300) -> geoinv.Survey:
    random = np.random.default_rng(0)
    return geoinv.Survey(*random.uniform(0.0, 640.0, (2, stations)), np.full(stations, 3.0), field=FIELD)


def test_the_rule_takes_the_lattice_where_the_survey_is_irregular_over_cells_of_one_size():
    A = Magnetics(WIDE, scattered(3000), memory_budget=4e9)
    assert A.engine == "lattice"
    assert "gridded does not apply (stations are not spaced by whole cells along northing)" in A.choice.reason


def padded() -> geoinv.Grid:
    """WIDE, its northernmost row of cells wider than the others, by no whole multiple."""
    return geoinv.Grid(WIDE.easting_edges, np.append(WIDE.northing_edges[:-1], 655.0), WIDE.upward_edges)


def test_the_rule_takes_the_matrix_where_cells_differ_in_size_and_the_matrix_fits():
    A = Magnetics(padded(), scattered(), memory_budget=4e9)
    assert A.engine == "dense"
    assert "lattice does not apply (cells differ in width along northing)" in A.choice.reason


def test_the_rule_takes_the_direct_engine_where_the_matrix_does_not_fit():
    A = Magnetics(padded(), scattered(), memory_budget=5e7)
    assert A.engine == "direct"
    assert re.search(r"dense does not fit \(\d+ MB\)", A.choice.reason)


def test_the_estimate_is_what_the_choice_was_made_by():
    A = Magnetics(WIDE, scattered(), memory_budget=4e9)
    assert A.estimate() is A.choice.estimate
    assert f"{A.estimate().total:.2g} s" in A.choice.reason


def test_gridded_evaluates_its_kernel_anew_where_the_spectra_do_not_fit():
    survey = level((3.0, 4.0), (10.0, 10.0), (24, 24))
    deep = geoinv.Grid.regular((800, 16, 16), (10.0, 10.0, 10.0), (-8000.0, 0.0, 0.0))
    stored = Magnetics(deep, survey, engine="gridded", memory_budget=4e9)
    frugal = Magnetics(deep, survey, engine="gridded", memory_budget=0.9 * stored.estimate().memory)
    assert (stored.choice.settings["recompute"], frugal.choice.settings["recompute"]) == (False, True)
    model = np.random.default_rng(0).random(deep.shape)
    npt.assert_array_equal(frugal(model), stored(model))


def test_cells_that_differ_in_size_are_refused_by_the_lattice():
    with pytest.raises(InputError, match=r"engine='lattice' expects cells of one size.*, but cells differ in width"):
        Magnetics(padded(), scattered(), engine="lattice")


def test_an_error_below_what_interpolation_reaches_is_refused_by_the_lattice():
    told = r"'lattice' expects .*a moderate rtol.*, but a relative error of 1e-11 is below .* that fit: direct, dense"
    thin = geoinv.Grid.regular((2, 16, 16), (10.0, 10.0, 10.0), (-20.0, 200.0, 200.0))
    with pytest.raises(InputError, match=told):
        Magnetics(thin, scattered(), engine="lattice", rtol=1e-11)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_named_engine_is_taken(engine):
    A = Magnetics(GRID, level((3.0, 4.0), (20.0, 25.0), (6, 8)), engine=engine)
    assert A.engine == engine
    assert A.choice.reason == "named by the caller"


def test_what_does_not_fit_is_refused_with_the_bytes_and_the_engines_that_would():
    survey = level((3.0, 4.0), (10.0, 10.0), (64, 64))
    with pytest.raises(
        InputError, match=r"expects to fit in 200 MB of memory.*dense needs [\d.]+ GB.*that fit: direct"
    ):
        Magnetics(WIDE, survey, engine="dense", memory_budget=2e8)
    with pytest.raises(
        InputError, match=r"gridded needs [\d.]+ MB, lattice needs .*; engines that fit: none, use fewer cells"
    ):
        Magnetics(WIDE, survey, memory_budget=1e5)
    with pytest.raises(InputError, match=r"gridded needs [\d.]+ MB, lattice needs .*; engines that fit: direct"):
        Magnetics(WIDE, survey, engine="gridded", memory_budget=1e7)


def irregular(**changes: object) -> geoinv.Survey:
    survey = level((3.0, 4.0), (20.0, 25.0), (3, 4))
    positions = {name: np.array(getattr(survey, name)) for name in ("easting", "northing", "upward")}
    for name, value in changes.items():
        positions[name][1] += value
    return geoinv.Survey(**positions, field=FIELD)


@pytest.mark.parametrize(
    ("grid", "survey", "reason"),
    [
        (GRID, irregular(easting=0.1), "stations are not spaced by whole cells along easting"),
        (GRID, irregular(northing=-1e-6), "stations are not spaced by whole cells along northing"),
        (GRID, irregular(upward=1e-6), "stations differ in height"),
        (GRID, level((3.0, 4.0), (30.0, 25.0), (3, 3)), "stations are not spaced by whole cells along northing"),
        (
            geoinv.Grid([0.0, 25.0, 50.0, 80.0], [0.0, 20.0, 40.0], [-10.0, 0.0]),
            irregular(),
            "cells differ in width along easting",
        ),
        (
            geoinv.Grid([0.0, 25.0, 50.0], [0.0, 20.0, 40.01], [-10.0, 0.0]),
            irregular(),
            "cells differ in width along northing",
        ),
    ],
)
def test_gridded_is_refused_with_the_reason_where_it_does_not_apply(grid, survey, reason):
    expected = "engine='gridded' expects a regular survey over regular cells and a moderate rtol"
    sentence = f"{expected}, but {reason}; engines that fit: "
    with pytest.raises(InputError, match=re.escape(sentence)):
        Magnetics(grid, survey, engine="gridded")
    assert reason in Magnetics(grid, survey).choice.reason


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
        (
            {"grid": WIDE.to_discretize()},
            "Magnetics expects a Grid or OctreeGrid and a Survey, got TensorMesh and Survey",
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


def test_one_application_is_not_worth_a_matrix():
    often, once = (Magnetics(padded(), scattered(), memory_budget=4e9, applications=n) for n in (None, 1))
    assert (often.engine, once.engine) == ("dense", "direct")
    assert "least time for 1 application," in once.choice.reason
    assert once.estimate().total == once.estimate().build + once.estimate().apply
    assert often.estimate().total == often.estimate().build + 200 * often.estimate().apply


def test_one_application_keeps_no_spectra():
    survey = level((3.0, 4.0), (10.0, 10.0), (24, 24))
    deep = geoinv.Grid.regular((800, 16, 16), (10.0, 10.0, 10.0), (-8000.0, 0.0, 0.0))
    often, once = (Magnetics(deep, survey, engine="gridded", applications=n) for n in (2, 1))
    assert (often.choice.settings["recompute"], once.choice.settings["recompute"]) == (False, True)
    assert once.estimate().memory < often.estimate().memory


@pytest.mark.parametrize("number", [0, -3, 2.5, "many", True])
def test_what_cannot_be_a_number_of_applications_is_refused(number):
    with pytest.raises(InputError, match=r"expects applications as a whole number from 1 up, got .*; give how often"):
        Magnetics(GRID, level((3.0, 4.0), (20.0, 25.0), (6, 8)), applications=number)
