"""Lattice engine: draped stations over a uniform grid, against every cell's exact field."""

from __future__ import annotations

import re

import numpy as np
import numpy.testing as npt
import pytest
from direct_sums import attraction_problem
from makers import FIELD

import geoinv
from geoinv import InputError
from geoinv.operators import Magnetics
from geoinv.operators.magnetic import magnetic_problem
from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.precorrected_fft.accuracy import axis_error, lagrange_weights
from geoinv.operators.prisms.precorrected_fft.engine import LatticeEngine
from geoinv.operators.prisms.precorrected_fft.estimate import lattice_estimate
from geoinv.operators.prisms.precorrected_fft.plan import plan_of
from geoinv.operators.prisms.problem import PrismProblem
from geoinv.surveys.quantities import MAGNETIC_COMPONENTS as COMPONENTS

GRID = geoinv.Grid.regular((8, 20, 24), (25.0, 50.0, 50.0), (-200.0, 6.0e6, 5.0e5))
SINGLE, DOUBLE = np.dtype(np.float32), np.dtype(np.float64)


def ground(easting: np.ndarray, northing: np.ndarray) -> np.ndarray:
    """Height of rolling hills, in metres."""
    return -60.0 - 60.0 * np.sin((easting - 5.0e5) / 300.0) * np.cos((northing - 6.0e6) / 250.0)


HILLS = GRID.with_active(GRID.upward[:, None, None] < ground(GRID.easting, GRID.northing[:, None]))


def draped(count: int, components: tuple[str, ...] = ("tmi",), beyond: float = 100.0) -> geoinv.Survey:
    """Stations 30 to 150 m above the hills, some beside the grid."""
    random = np.random.default_rng(3)
    easting = 5.0e5 + random.uniform(-beyond, 1200.0 + beyond, count)
    northing = 6.0e6 + random.uniform(-beyond, 1000.0 + beyond, count)
    upward = ground(easting, northing) + random.uniform(30.0, 150.0, count)
    return geoinv.Survey(easting, northing, upward, components=components, field=FIELD)


def at(points: list[tuple[float, float, float]], components: tuple[str, ...] = ("tmi", "be", "buu")) -> geoinv.Survey:
    """Stations by their place from the south-western corner of the grid."""
    return geoinv.Survey(*np.add(points, (5.0e5, 6.0e6, 0.0)).T, components=components, field=FIELD)


def problem_of(
    survey: geoinv.Survey,
    rtol: float | None = None,
    storage: np.dtype = DOUBLE,
    unknown: str = "susceptibility",
    grid: geoinv.Grid = HILLS,
) -> PrismProblem:
    return magnetic_problem(grid, survey, unknown, storage, rtol)


def exact_matrix(problem: PrismProblem) -> np.ndarray:
    """Matrix (components, stations, unknowns * active cells)."""
    fields = cell_fields(problem, problem.local_stations)[..., problem.cells.active]
    return fields.reshape(*fields.shape[:2], -1)


def matrix_of(engine: LatticeEngine) -> np.ndarray:
    """Matrix of the engine, row by row."""
    shape = engine.problem.range_shape
    rows = engine.adjoint(np.eye(shape[0] * shape[1]).reshape(-1, *shape))
    return rows[..., engine.problem.cells.active].reshape(*shape, -1)


def assert_within_tolerance(problem: PrismProblem, rtol: float) -> None:
    """For models of one cell, of any signs and of one sign."""
    exact = exact_matrix(problem)
    error = matrix_of(LatticeEngine(problem)) - exact
    positive = np.random.default_rng(4).random(exact.shape[2])
    for e, a in zip(error, exact, strict=True):
        assert (np.linalg.norm(e, axis=0) <= rtol * np.linalg.norm(a, axis=0)).all()
        assert np.linalg.norm(abs(e) @ positive) <= rtol * np.linalg.norm(abs(a) @ positive)
        assert np.linalg.norm(e @ positive) <= rtol * np.linalg.norm(a @ positive)


@pytest.mark.parametrize(
    ("rtol", "storage"),
    [(1e-4, SINGLE), (1e-5, SINGLE), (1e-5, DOUBLE), (1e-6, DOUBLE), (1e-6, SINGLE), (1e-7, DOUBLE)],
)
def test_the_error_stays_within_the_tolerance_for_every_cell_and_model(rtol, storage):
    assert_within_tolerance(problem_of(draped(60, ("tmi", "bnu")), rtol, storage), rtol)


@pytest.mark.parametrize(("rtol", "storage"), [(1e-4, "float32"), (1e-6, "float64")])
def test_first_derivatives_are_within_the_tolerance_and_so_is_a_second_one_beside_them(rtol, storage):
    assert_within_tolerance(attraction_problem(GRID, draped(150), rtol, storage), rtol)


def test_without_a_tolerance_the_error_is_below_1e_6():
    assert_within_tolerance(problem_of(draped(60)), 1e-6)


@pytest.mark.parametrize("unknown", ["susceptibility", "magnetization"])
def test_every_component_of_either_unknown_is_within_the_tolerance(unknown):
    assert_within_tolerance(problem_of(draped(30, COMPONENTS), 1e-5, SINGLE, unknown), 1e-5)


def test_thin_layers_and_cells_of_three_sizes_keep_the_tolerance():
    grid = geoinv.Grid.regular((30, 14, 10), (8.0, 30.0, 50.0), (-240.0, 6.0e6, 5.0e5))
    survey = at([(x, y, z) for x in (-90.0, 111.0, 433.0) for y in (17.0, 250.0) for z in (7.0, 90.0)], ("tmi",))
    assert_within_tolerance(problem_of(survey, 1e-5, grid=grid), 1e-5)


def test_stations_in_awkward_places_get_what_the_exact_field_is_there():
    survey = at(
        [
            (100.0, 100.0, 0.0),  # above a corner
            (100.0, 125.0, 10.0),
            (125.0, 125.0, 0.0),  # on the top face
            (125.0, 125.0, -12.5),  # inside
            (100.0, 125.0, -12.5),  # on a face towards east
            (125.0, 150.0, -37.0),  # on a face towards north
            (0.0, 310.0, -110.0),  # on the grid's side
            (1200.0, 310.0, -110.0),
            (100.0, 100.0, -60.0),  # on an edge
            (100.0, 100.0, -50.0),  # on a corner
            (313.0, 421.0, -290.0),  # below
            (-900.0, 500.0, 20.0),  # far to the west
            (600.0, 1700.0, -20.0),  # far to the north
            (600.0, 500.0, 550.0),  # far above
        ]
    )
    problem = problem_of(survey, grid=GRID)
    engine, exact = LatticeEngine(problem), exact_matrix(problem)
    model = np.random.default_rng(0).random((1, 1, *GRID.shape))
    data, size = exact @ model.ravel(), abs(exact) @ model.ravel()
    assert (abs(engine.forward(model)[0] - data) <= 1e-6 * size).all()
    error = abs(matrix_of(engine) - exact)
    # a cell that a station touches is exact, but for single precision
    assert (error[:, :10].max(axis=2) <= 1e-6 * abs(exact[:, :10]).max(axis=2)).all()


@pytest.mark.parametrize(
    ("storage", "rtol", "tolerance"), [(DOUBLE, None, 1e-13), (DOUBLE, 1e-5, 1e-13), (SINGLE, 1e-5, 1e-6)]
)
@pytest.mark.parametrize("unknown", ["susceptibility", "magnetization"])
def test_the_adjoint_is_the_transpose_and_a_batch_is_a_loop(storage, rtol, tolerance, unknown):
    engine = LatticeEngine(problem_of(draped(40, ("bn", "tmi", "beu")), rtol, storage, unknown))
    random = np.random.default_rng(1)
    models = random.standard_normal((3, engine.problem.unknowns, *HILLS.shape))
    data = random.standard_normal((3, 3, 40))
    fields, gradients = engine.forward(models), engine.adjoint(data)
    difference = np.vdot(fields, data) - np.vdot(models, gradients)
    assert abs(difference) <= tolerance * np.linalg.norm(fields) * np.linalg.norm(data)
    for model, field, one, gradient in zip(models, fields, data, gradients, strict=True):
        npt.assert_array_equal(engine.forward(model[None])[0], field)
        npt.assert_array_equal(engine.adjoint(one[None])[0], gradient)


def test_the_same_survey_in_another_order_gets_the_same_data():
    survey = draped(60)
    shuffled = np.random.default_rng(2).permutation(60)
    model = np.random.default_rng(0).random((1, 1, *HILLS.shape))
    npt.assert_allclose(
        LatticeEngine(problem_of(survey.select(shuffled))).forward(model),
        LatticeEngine(problem_of(survey)).forward(model)[..., shuffled],
        rtol=1e-12,
    )


@pytest.mark.parametrize(
    ("rtol", "storage", "limit"), [(1e-6, DOUBLE, 1e-5), (1e-5, SINGLE, 1e-4), (1e-4, SINGLE, 1e-3)]
)
def test_the_gram_diagonal_is_near_the_sum_of_squares(rtol, storage, limit):
    problem = problem_of(draped(60, ("tmi", "bee")), rtol, storage, "magnetization")
    weights = np.random.default_rng(6).random((2, 60))
    diagonal = LatticeEngine(problem).gram_diagonal(weights)
    expected = np.einsum("cs,csj->j", weights, exact_matrix(problem) ** 2)
    npt.assert_allclose(diagonal[:, HILLS.active].ravel(), expected, rtol=limit)


@pytest.mark.kernels
def test_a_few_cells_and_stations_for_the_kernels_without_compilation():
    grid = geoinv.Grid.regular((2, 9, 2), (20.0, 20.0, 20.0), (-40.0, 6.0e6, 5.0e5))
    problem = problem_of(at([(11.0, 5.0, 30.0), (20.0, 170.0, 25.0)], ("tmi",)), rtol=0.02, grid=grid)
    plan = plan_of(problem, 0.02)
    engine, exact = LatticeEngine(problem, plan), exact_matrix(problem)
    model = np.random.default_rng(0).random((1, 1, *grid.shape))
    npt.assert_allclose(engine.forward(model)[0], exact @ model.ravel(), rtol=0.02)
    npt.assert_allclose(matrix_of(engine), exact, rtol=0, atol=0.02 * abs(exact).max())
    near = plan.counts
    assert (near > 0).all()
    assert (near < grid.size).all()
    diagonal = engine.gram_diagonal(np.ones((1, 2)))
    npt.assert_allclose(diagonal.ravel(), np.sum(exact**2, axis=(0, 1)), rtol=0.3)


def test_stations_all_far_from_few_cells_go_over_to_double_precision():
    grid = geoinv.Grid.regular((3, 6, 6), (25.0, 50.0, 50.0), (-75.0, 6.0e6, 5.0e5))
    far = problem_of(at([(-4500.0, 150.0, 90.0), (4500.0, 2300.0, 120.0)], ("tmi",)), 1e-5, SINGLE, grid=grid)
    engine = LatticeEngine(far)
    assert plan_of(far).precision == SINGLE
    assert engine.plan.precision == DOUBLE
    npt.assert_allclose(matrix_of(engine), exact_matrix(far), rtol=1e-5)


def test_cells_that_are_all_far_away_leave_nothing_to_correct():
    survey = at([(x, 500.0, 1500.0) for x in (100.0, 640.0)], ("tmi",))
    problem = problem_of(survey)
    assert plan_of(problem).counts.max() == 0
    assert_within_tolerance(problem, 1e-6)


def stretched(axis: str) -> geoinv.Grid:
    edges = {name: np.arange(5.0) for name in ("easting", "northing", "upward")}
    edges[axis][-1] = 5.0
    return geoinv.Grid(edges["easting"], edges["northing"], edges["upward"])


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        *(
            (problem_of(draped(2), grid=stretched(axis)), f"cells differ in width along {axis}")
            for axis in ("easting", "northing", "upward")
        ),
        (problem_of(draped(2), rtol=1e-14), "a relative error of 1e-14 is below what interpolation reaches"),
        (
            problem_of(draped(2), grid=geoinv.Grid.regular((4, 4, 4), (1e-4, 100.0, 100.0))),
            "cells differ so much in length and height that a station would have 9e+09 of them near",
        ),
        (problem_of(at([(0.0, 0.0, 1.0), (9e8, 0.0, 1.0)])), "stations lie 1.8e+07 cells apart along easting"),
    ],
)
def test_where_the_lattice_does_not_apply_the_reason_is_given(problem, reason):
    assert plan_of(problem) == reason
    with pytest.raises(TypeError, match=re.escape(reason)):
        LatticeEngine(problem)


def test_the_plan_that_the_choice_was_made_by_is_the_one_that_is_built(monkeypatch):
    A = Magnetics(HILLS, draped(20), engine="lattice")
    model = np.random.default_rng(1).random(HILLS.shape)
    expected = Magnetics(HILLS, draped(20), engine="direct")(model)
    monkeypatch.setattr("geoinv.operators.prisms.precorrected_fft.engine.plan_of", lambda problem: "planned twice")
    npt.assert_allclose(A(model), expected, rtol=0, atol=1e-6 * abs(expected).max())
    assert A.choice.settings["plan"] is not None
    assert Magnetics(HILLS, draped(20), engine="dense").choice.settings == {}


def test_a_tolerance_that_sampled_stations_miss_is_refused(monkeypatch):
    monkeypatch.setattr("geoinv.operators.prisms.precorrected_fft.engine.tolerance", lambda problem: 1e-12)
    with pytest.raises(InputError, match=r"expects a tolerance that its lattice can meet, got rtol 1e-12 where.*raise"):
        LatticeEngine(problem_of(draped(20)))


def test_a_station_far_away_costs_memory_that_the_estimate_shows():
    near = problem_of(at([(0.0, 0.0, 1.0), (900.0, 800.0, 1.0)], ("tmi",)))
    far = problem_of(at([(0.0, 0.0, 1.0), (9.0e5, 8.0e5, 1.0)], ("tmi",)))
    bytes_near, bytes_far = (lattice_estimate(problem, plan_of(problem)).memory for problem in (near, far))
    assert bytes_near < 1e9 < 1e10 < bytes_far


def test_interpolation_passes_through_nodes_and_is_exact_for_polynomials():
    fraction = np.array([0.0, 0.3, 0.75])
    for order in (4, 8, 12):
        weights = lagrange_weights(fraction, order)
        nodes = np.arange(1 - order // 2, order // 2 + 1)
        npt.assert_array_equal(weights[0], nodes == 0)
        npt.assert_allclose(weights @ (nodes / order) ** (order - 1), (fraction / order) ** (order - 1), atol=1e-15)


@pytest.mark.parametrize("derivative", [1, 2, 3])
def test_the_predicted_error_is_that_of_interpolating_the_field_of_poles(derivative):
    order, distance = 6, 7.0
    cosine, weight = np.polynomial.legendre.leggauss(60)
    fraction = (np.arange(8) + 0.5) / 8

    def field(x: np.ndarray) -> np.ndarray:
        """The derivative of 1/r along the line to the source, in units of its value at the origin."""
        t = np.sqrt(1.0 - 2.0 * cosine * x / distance + (x / distance) ** 2)
        u = (1.0 - cosine * x / distance) / t
        if derivative == 1:
            return u / t**2
        if derivative == 2:
            return 0.5 * (3.0 * u**2 - 1.0) / t**3
        return 0.5 * (5.0 * u**3 - 3.0 * u) / t**4

    nodes = np.arange(1 - order // 2, order // 2 + 1)
    weights = lagrange_weights(fraction, order)
    squared = 0.0
    for t, row in zip(fraction, weights, strict=True):
        error = sum(w * field(node - t) for w, node in zip(row, nodes, strict=True)) - field(np.zeros(1))
        squared += np.sum(weight * error**2) / 2.0 / fraction.size
    assert axis_error(order, distance, derivative) == pytest.approx(np.sqrt(squared), rel=1e-6)
