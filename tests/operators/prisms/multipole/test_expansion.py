"""Direct engine with a tolerance: near cells exact, far ones by moments, and the error that was promised."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from direct_sums import attraction_problem, dense, problem
from makers import FIELD, UNKNOWNS, holes, scattered_survey
from random_geometries import dipole_sizes

import geoinv
from geoinv.conventions.quantities import MAGNETIC_COMPONENTS as COMPONENTS
from geoinv.core.progress import reporting
from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.direct import Direct, direct_estimate
from geoinv.operators.prisms.multipole.expansion import ORDERS, cutoff_radius, far_terms, near_cells, places

TOLERANCES = (1e-3, 5e-6, 1e-6)


def padded_grid() -> geoinv.Grid:
    """Core of equal cells, padding that widens outward and downward until cells are long and thin, some inactive."""
    widths = np.concatenate([10.0 * 1.6 ** np.arange(4, 0, -1), np.full(9, 10.0), 10.0 * 1.6 ** np.arange(1, 5)])
    easting = np.concatenate([[0.0], np.cumsum(widths)])
    northing = np.concatenate([[0.0], np.cumsum(1.2 * widths[2:-3])])
    upward = -np.concatenate([[0.0], np.cumsum(5.0 * 1.8 ** np.arange(5))])[::-1]
    grid = geoinv.Grid(easting, northing, upward)
    return grid.with_active(holes(grid.shape, 0.2))


def even_grid() -> geoinv.Grid:
    """Equal cells, some inactive, a layer of them all."""
    grid = geoinv.Grid.regular((6, 14, 19), (5.0, 10.0, 12.0), (-30.0, 0.0, 0.0))
    active = holes(grid.shape, 0.2)
    active[3] = False
    return grid.with_active(active)


def wide_grid() -> geoinv.Grid:
    """Core that is wide enough both ways for blocks of its own, and for mirrored ones of what is beside it."""
    easting, northing = (
        np.concatenate([[0.0], np.cumsum(width * np.concatenate([[3.0, 1.7], np.ones(count), [1.4, 2.2, 4.0]]))])
        for width, count in ((10.0, 17), (12.0, 16))
    )
    grid = geoinv.Grid(easting, northing, np.array([-40.0, -15.0, -5.0, 0.0]))
    return grid.with_active(holes(grid.shape, 0.2))


GRIDS = {"even": even_grid, "padded": padded_grid, "wide": wide_grid}


def draped_survey(grid: geoinv.Grid, components: tuple[str, ...]) -> geoinv.Survey:
    """Stations at random over the grid, beside and below it, inside it, and on faces, edges and corners."""
    random = np.random.default_rng(3)
    e, n, u = grid.easting_edges, grid.northing_edges, grid.upward_edges
    points = [
        *random.uniform((e[0], n[0], 3.0), (e[-1], n[-1], 20.0), (8, 3)),
        *random.uniform((e[0] - 200.0, n[0] - 200.0, -90.0), (e[0], n[0], 60.0), (3, 3)),
        *random.uniform((e[0], n[0], u[0]), (e[-1], n[-1], 0.0), (2, 3)),
        (e[5], n[4], 0.0),
        (e[6], 0.5 * (n[4] + n[5]), 0.5 * (u[-3] + u[-2])),
        (0.5 * (e[7] + e[8]), 0.5 * (n[4] + n[5]), 0.5 * (u[-2] + u[-1])),
    ]
    # an anomaly along another direction than the field's
    return geoinv.Survey(*np.array(points).T, components=components, field=FIELD, anomaly_direction=(50.0, -70.0))


@pytest.mark.parametrize("derivatives", [1, 2, 3])
def test_moments_add_up_to_the_field_of_a_prism(derivatives):
    components = {1: ("tmi",), 2: ("tmi", "be", "bu"), 3: ("bee", "ben", "bnu", "buu")}[derivatives]
    components = tuple(name for name in components if name in COMPONENTS)
    half, station = np.array([3.0, 2.0, 1.0]), np.array([-9.0, 17.0, 12.0])
    grid = geoinv.Grid(*(np.array([-size, size]) for size in half))
    survey = geoinv.Survey(*station[:, None], components=components, field=FIELD)
    p = attraction_problem(grid, survey, None) if derivatives == 1 else problem(grid, survey, None)
    of_order = p.kernels.order == derivatives
    exact = cell_fields(p, p.local_stations)[of_order].ravel()
    lane, y, z = places(derivatives).T
    slot = np.searchsorted([4, 10, 18, 28], lane, side="right")
    x_and_r = lane - slot * (slot + 3)
    x_power = np.where(slot == 0, x_and_r, x_and_r % 2)
    offset, r = -station, np.linalg.norm(station)
    monomials = offset[0] ** x_power * r ** (x_and_r - x_power) * offset[1] ** np.maximum(y, 0) * offset[2] ** z
    monomials = monomials / r ** (2.0 * derivatives + 1.0 + 4.0 * slot)
    shares = np.prod(half ** (2 * np.array(ORDERS)), axis=1) * 8.0 * half.prod()
    got = [shares @ far_terms(derivatives, weights) @ monomials for weights in p.kernels.weights[of_order, 0]]
    npt.assert_allclose(got, exact, rtol=0, atol=1e-6 * abs(exact).max())


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("rtol", TOLERANCES)
def test_no_entry_of_the_matrix_is_wrong_by_more_than_promised(grid, rtol):
    grid = GRIDS[grid]()
    survey = draped_survey(grid, COMPONENTS)
    p = problem(grid, survey, rtol, "magnetization")
    got, exact = dense(Direct(p)), dense(Direct(problem(grid, survey, None, "magnetization")))
    share = abs(got - exact) / dipole_sizes(p)
    share[..., ~grid.active] = 0.0
    assert share.max() <= rtol
    # and the tolerance is made use of
    assert share.max() > 1e-3 * rtol


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize(("rtol", "dtype"), [(1e-3, "float32"), (5e-6, "float32"), (1e-9, "float64")])
def test_no_first_derivative_is_wrong_by_more_than_promised(grid, rtol, dtype):
    grid = GRIDS[grid]()
    survey = draped_survey(grid, ("tmi",))
    p = attraction_problem(grid, survey, rtol, dtype)
    got, exact = dense(Direct(p)), dense(Direct(attraction_problem(grid, survey, None)))
    share = abs(got - exact) / dipole_sizes(p)
    share[..., ~grid.active] = 0.0
    assert share.max() <= rtol
    assert share.max() > 1e-3 * rtol


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("rtol", TOLERANCES)
@pytest.mark.parametrize("unknown", UNKNOWNS)
def test_the_error_of_data_is_within_the_tolerance_for_any_model(grid, rtol, unknown):
    grid, random = GRIDS[grid](), np.random.default_rng(1)
    survey = draped_survey(grid, ("tmi", "be", "buu"))
    approximate = Direct(problem(grid, survey, rtol, unknown))
    exact = dense(Direct(problem(grid, survey, None, unknown))).reshape(3, survey.stations, -1)
    shape = (approximate.problem.unknowns, *grid.shape)
    models = np.array(
        [random.standard_normal(shape), random.random(shape), np.ones(shape), random.random(shape) > 0.99]
    )
    models *= grid.active
    flat = models.reshape(len(models), -1)
    error = approximate.forward(models) - np.einsum("csm,bm->bcs", exact, flat)
    size = np.einsum("csm,bm->bcs", abs(exact), abs(flat))
    assert (np.linalg.norm(error, axis=2) <= rtol * np.linalg.norm(size, axis=2)).all()


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("rtol", [1e-4, 1e-9])
def test_the_adjoint_is_the_transpose_to_rounding_whatever_the_tolerance(grid, rtol):
    grid, random = GRIDS[grid](), np.random.default_rng(2)
    engine = Direct(problem(grid, draped_survey(grid, ("tmi", "buu")), rtol, "magnetization"))
    matrix = dense(engine)
    models = random.standard_normal((2, *matrix.shape[2:]))
    expected = np.einsum("csulji,bulji->bcs", matrix, models)
    got = engine.forward(models)
    npt.assert_allclose(got, expected, rtol=0, atol=1e-13 * abs(expected).max())
    npt.assert_array_equal(got[1], engine.forward(models[1:])[0])


@pytest.mark.kernels
@pytest.mark.parametrize("columns", [6, 7, 8, 17])
def test_stations_in_line_with_rows_but_far_beside_them_meet_no_near_cell(columns):
    grid = geoinv.Grid.regular((2, 3, columns), (5.0, 10.0, 12.0), (-10.0, 0.0, 0.0))
    easting = [12.0 * columns + 300.0, 12.0 * columns + 20.0, -20.0, -500.0]
    survey = geoinv.Survey(easting, np.full(4, 15.0), np.full(4, 2.0), field=FIELD)
    approximate, exact = (dense(Direct(problem(grid, survey, rtol))) for rtol in (1e-5, None))
    assert (abs(approximate - exact) <= 1e-5 * dipole_sizes(problem(grid, survey, None))).all()


@pytest.mark.parametrize("grid", GRIDS)
def test_the_diagonal_is_that_of_the_same_matrix(grid):
    grid = GRIDS[grid]()
    engine = Direct(problem(grid, draped_survey(grid, ("tmi", "buu")), 1e-4))
    matrix = dense(engine)
    weights = np.random.default_rng(4).random(matrix.shape[:2])
    # stations on the faces of cells get exact entries
    for share, tolerance in (
        (np.isin(np.arange(weights.shape[1]), engine._contacts[0], invert=True), 1e-6),
        (1.0, 1e-3),
    ):
        expected = np.einsum("cs,csulji->ulji", weights * share, matrix**2)
        got = engine.gram_diagonal(weights * share)
        npt.assert_allclose(got[:, grid.active], expected[:, grid.active], rtol=tolerance)


def test_the_cutoff_radius_covers_the_remainder_of_prisms_of_any_shape():
    random = np.random.default_rng(5)
    for _ in range(12):
        half = np.exp(random.uniform(0.0, 3.0, 3))
        rtol = 10.0 ** random.uniform(-8.0, -2.0)
        grid = geoinv.Grid(*(np.array([-size, size]) for size in half))
        p = problem(grid, geoinv.Survey([0.0], [0.0], [1e9], field=FIELD), rtol, "magnetization")
        distance = float(near_cells(p).near.max()) * 1.0001
        directions = random.standard_normal((30, 3))
        points = distance * directions / np.linalg.norm(directions, axis=1)[:, None]
        survey = geoinv.Survey(*points.T, components=("be", "bu"), field=FIELD)
        p = problem(grid, survey, rtol, "magnetization")
        exact = cell_fields(p, p.local_stations)[..., 0, 0, 0]
        got = dense(Direct(p))[..., 0, 0, 0]
        assert (
            abs(got - exact) <= rtol * dipole_sizes(p)[..., 0, 0, 0] * (1.0 + 1e-3) + 1e-11 * abs(exact).max()
        ).all()


def test_stations_on_faces_edges_and_corners_keep_the_exact_values():
    from makers import padded_grid as special_grid

    grid, survey = special_grid(), scattered_survey(COMPONENTS)
    model = np.random.default_rng(6).random((1, 1, *grid.shape)) * grid.active
    exact = Direct(problem(grid, survey, None)).forward(model)
    got = Direct(problem(grid, survey, 1e-5)).forward(model)
    assert np.isfinite(got).all()
    npt.assert_allclose(got, exact, rtol=0, atol=1e-5 * abs(exact).max())


def test_the_cutoff_radius_grows_as_the_tolerance_falls_and_with_length_and_order():
    cube, stick = [5.0, 5.0, 5.0], [50.0, 5.0, 5.0]
    by_tolerance = [cutoff_radius(cube, 2, 8, tolerance) for tolerance in (1.0, 1e-3, 1e-6, 1e-9)]
    assert by_tolerance == sorted(by_tolerance)
    assert by_tolerance[0] > np.linalg.norm(cube)
    assert cutoff_radius(stick, 2, 8, 1e-6) > 5.0 * cutoff_radius(cube, 2, 8, 1e-6)
    assert cutoff_radius(cube, 3, 8, 1e-6) > cutoff_radius(cube, 2, 8, 1e-6) > cutoff_radius(cube, 1, 8, 1e-6)


def test_a_tolerance_costs_less_than_none_on_large_grids_only():
    survey = draped_survey(even_grid(), ("tmi",))
    large = geoinv.Grid.regular((40, 80, 80), (25.0, 50.0, 50.0))
    costs = [direct_estimate(problem(large, survey, rtol)).apply for rtol in (None, 1e-9, 1e-6, 1e-3)]
    assert sorted(costs, reverse=True) == costs
    assert costs[-1] < 0.5 * costs[0]


def test_progress_is_reported():
    grid = even_grid()
    engine = Direct(problem(grid, draped_survey(grid, ("tmi",)), 1e-4))
    steps: list[tuple[str, float, float]] = []
    with reporting(lambda *step: steps.append(step)):
        data = engine.forward(np.ones((1, 1, *grid.shape)))
        engine.adjoint(data)
        engine.gram_diagonal(data[0])
    count = len(engine.problem.stations)
    for step in ("forward", "adjoint", "sensitivity"):
        assert [(step, 0, count), (step, count, count)] == [entry for entry in steps if entry[0] == step]


@pytest.mark.kernels
def test_far_kernels_agree_with_exact_ones_without_the_compiler_as_well():
    grid = geoinv.Grid([0.0, 1.0, 2.0, 3.5], [0.0, 1.0, 2.0], [-1.0, 0.0])
    survey = geoinv.Survey([0.5, 14.0], [0.7, -3.0], [0.4, 9.0], components=("tmi", "buu"), field=FIELD)
    exact, got = (Direct(problem(grid, survey, rtol)) for rtol in (None, 1e-7))
    models = np.random.default_rng(7).random((1, 1, *grid.shape))
    data = np.ones((1, 2, 2))
    npt.assert_allclose(got.forward(models), exact.forward(models), rtol=1e-6)
    npt.assert_allclose(got.adjoint(data), exact.adjoint(data), rtol=1e-6)
    npt.assert_allclose(got.gram_diagonal(data[0]), exact.gram_diagonal(data[0]), rtol=1e-6)
