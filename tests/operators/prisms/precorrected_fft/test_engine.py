"""Lattice engine: draped stations over a uniform grid, against every cell's exact field."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from direct_sums import attraction_problem
from lattice_cases import (
    DOUBLE,
    GRID,
    HILLS,
    SINGLE,
    assert_within_tolerance,
    at,
    draped,
    exact_matrix,
    matrix_of,
    problem_of,
)

import geoinv
from geoinv.conventions.quantities import MAGNETIC_COMPONENTS as COMPONENTS
from geoinv.operators.prisms.precorrected_fft.engine import LatticeEngine
from geoinv.operators.prisms.precorrected_fft.plan import plan_of


@pytest.mark.parametrize(
    ("rtol", "storage"),
    [(1e-4, SINGLE), (1e-5, SINGLE), (1e-5, DOUBLE), (1e-6, DOUBLE), (1e-6, SINGLE), (1e-7, DOUBLE)],
)
def test_the_error_stays_within_the_tolerance_for_every_cell_and_model(rtol, storage):
    assert_within_tolerance(problem_of(draped(60, ("tmi", "bnu")), rtol, storage), rtol)


@pytest.mark.parametrize(("rtol", "storage"), [(1e-4, "float32"), (1e-6, "float64")])
def test_first_derivatives_are_within_the_tolerance_and_so_is_a_second_one_beside_them(rtol, storage):
    assert_within_tolerance(attraction_problem(GRID, draped(60), rtol, storage), rtol)


def test_without_a_tolerance_the_error_is_below_1e_6():
    assert_within_tolerance(problem_of(draped(60)), 1e-6)


@pytest.mark.parametrize("unknown", ["susceptibility", "magnetization"])
def test_every_component_of_either_unknown_is_within_the_tolerance(unknown):
    assert_within_tolerance(problem_of(draped(30, COMPONENTS), 1e-5, SINGLE, unknown), 1e-5)


def test_thin_layers_and_cells_of_three_sizes_keep_the_tolerance():
    grid = geoinv.Grid.regular((30, 14, 10), (8.0, 30.0, 50.0), (-240.0, 6.0e6, 5.0e5))
    survey = at([(x, y, z) for x in (-90.0, 111.0, 433.0) for y in (17.0, 250.0) for z in (7.0, 90.0)], ("tmi",))
    assert_within_tolerance(problem_of(survey, 1e-5, grid=grid), 1e-5)


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
    ("rtol", "storage", "limit"), [(1e-6, DOUBLE, 2e-4), (1e-5, SINGLE, 2e-3), (1e-4, SINGLE, 1e-2)]
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
