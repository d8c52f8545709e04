"""Padded tensor meshes on one lattice beside exact sums over their own cells: random models, single cells, weights."""

import numpy as np
import pytest

import geoinv
from geoinv.operators import Gravity, Magnetics

FIELD = geoinv.MainField(60.0, 20.0, 50000.0)
PADDING = np.array([1, 2, 2, 3, 5.0])
RTOL = 1e-5


def padded(cells=12, layers=5, size=(10.0, 10.0, 10.0), corner=(0.0, 0.0, 0.0), padding=PADDING):
    """Core with padding at its sides and below it."""
    wide = np.cumsum(padding)
    side = np.concatenate([-wide[::-1], np.arange(cells + 1), cells + wide])
    down = np.concatenate([-layers - wide[::-1], np.arange(-layers, 1)])
    return geoinv.Grid(corner[0] + size[0] * side, corner[1] + size[1] * side, corner[2] + size[2] * down)


def stations(count=300, cells=12, size=(10.0, 10.0, 10.0), corner=(0.0, 0.0, 0.0), **options):
    random = np.random.default_rng(0)
    east, north = (c + s * random.uniform(-2, cells + 2, count) for c, s in zip(corner[:2], size[:2], strict=True))
    up = corner[2] + size[2] * random.uniform(0.05, 3.0, count)
    return geoinv.Survey(east, north, up, field=FIELD, **options)


def pair(grid, survey, rtol=RTOL, **options):
    return (
        Magnetics(grid, survey, engine="levels", rtol=rtol, **options),
        Magnetics(grid, survey, engine="direct", **options),
    )


def tops_taken_away(grid):
    """Ground that falls from the south-west."""
    east, north, up = np.meshgrid(grid.easting, grid.northing, grid.upward, indexing="ij")
    return grid.with_active((up < -0.05 * (east + north)).transpose(2, 1, 0))


@pytest.mark.parametrize(
    ("components", "unknown"),
    [(("tmi",), "susceptibility"), (("be", "bu"), "magnetization"), (("tmi", "bnu"), "susceptibility")],
)
@pytest.mark.parametrize("ground", [False, True])
def test_random_models_and_data(components, unknown, ground):
    grid = tops_taken_away(padded()) if ground else padded()
    A, exact = pair(grid, stations(components=components), unknown=unknown)
    random = np.random.default_rng(1)
    models, data = random.standard_normal((2, *A.domain_shape)), random.standard_normal((2, *A.range_shape))
    for given, expected in ((A(models), exact(models)), (A.T(data), exact.T(data))):
        assert np.linalg.norm(given - expected) <= RTOL * np.linalg.norm(expected)
    assert A.dot_test(3) <= 1e-7
    assert A.engine == "levels"


def test_single_cells_of_the_padding_and_beside_it():
    grid, survey = padded(), stations()
    A, exact = pair(grid, survey)
    layers, rows, columns = grid.shape
    low = PADDING.size
    for cell in [
        *((layers - 1, row, column) for row in (low, rows // 2) for column in (0, low - 2, low - 1, low, columns - 1)),
        *((layer, rows // 2, columns // 2) for layer in (0, low - 1, low)),
        (0, 0, 0),
        (layers - 1, rows - 1, 0),
    ]:
        model = np.zeros(grid.shape)
        model[cell] = 1.0
        expected = exact(model)
        assert np.linalg.norm(A(model) - expected) <= RTOL * np.linalg.norm(expected), cell


@pytest.mark.parametrize("size", [(10.0, 10.0, 5.0), (12.5, 25.0, 8.0)])
def test_cells_that_are_no_cubes_and_large_coordinates(size):
    corner = (512_345.25, 6_012_345.5, 300.125)
    A, exact = pair(padded(size=size, corner=corner), stations(size=size, corner=corner))
    model = np.random.default_rng(2).standard_normal(A.domain_shape)
    expected = exact(model)
    assert np.linalg.norm(A(model) - expected) <= RTOL * np.linalg.norm(expected)


def test_single_precision():
    grid, survey = padded(), stations()
    A, exact = pair(grid, survey, rtol=1e-4, dtype="float32")
    model = np.random.default_rng(3).standard_normal(grid.shape).astype(np.float32)
    expected = exact(model)
    data = A(model)
    assert data.dtype == np.float32
    assert np.linalg.norm(data - expected) <= 1e-4 * np.linalg.norm(expected)


def test_stations_on_faces_of_the_padding():
    east = np.array([-30.0, -30.0, -50.0, 20.0, 150.0])
    north = np.array([25.0, -10.0, -20.0, 125.0, -30.0])
    up = np.array([-10.0, -20.0, -10.0, -15.0, -30.0])
    rest = stations()
    survey = geoinv.Survey(
        np.r_[east, rest.easting],
        np.r_[north, rest.northing],
        np.r_[up, rest.upward],
        field=FIELD,
        components=("be", "bn", "bu"),
    )
    A, exact = pair(padded(), survey, unknown="magnetization")
    model = np.random.default_rng(4).standard_normal(A.domain_shape)
    error = A(model) - exact(model)
    assert abs(error[:, : east.size]).max() <= 1e-5 * abs(exact(model)).max()
    assert A.dot_test(4) <= 1e-7


def test_weights_of_each_cell_as_one_prism():
    grid = tops_taken_away(padded())
    A, exact = pair(grid, stations())
    weights = np.random.default_rng(5).uniform(0.5, 2.0, A.range_shape)
    given, expected = A.gram_diagonal(weights), exact.gram_diagonal(weights)
    assert (given[~grid.active] == 0.0).all()
    np.testing.assert_allclose(given[grid.active], expected[grid.active], rtol=4e-3)


@pytest.mark.parametrize("offset", [0.0, 3.0])
@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-9), ("float32", 1e-5)])
def test_regular_surveys_go_layer_by_layer(offset, dtype, rtol):
    east, north = np.meshgrid(np.arange(0.0, 120.0, 10.0) + offset, np.arange(0.0, 110.0, 10.0) - offset)
    survey = geoinv.Survey(east.ravel(), north.ravel(), np.full(east.size, 5.0), field=FIELD)
    grid = tops_taken_away(padded())
    A, exact = pair(grid, survey, rtol=rtol, dtype=dtype)
    assert A.choice.settings["parts"] == ("gridded",)
    model = np.random.default_rng(7).standard_normal(grid.shape)
    assert np.linalg.norm(A(model) - exact(model)) <= rtol * np.linalg.norm(exact(model))
    weights = np.random.default_rng(8).uniform(0.5, 2.0, A.range_shape)
    given, expected = A.gram_diagonal(weights), exact.gram_diagonal(weights)
    np.testing.assert_allclose(given[grid.active], expected[grid.active], rtol=4e-3)


def test_gravity():
    random = stations()
    survey = geoinv.Survey(random.easting, random.northing, random.upward, components=("gz", "gee"))
    grid = tops_taken_away(padded())
    A, exact = Gravity(grid, survey, engine="levels", rtol=RTOL), Gravity(grid, survey, engine="direct")
    model = np.random.default_rng(9).standard_normal(grid.shape)
    assert np.linalg.norm(A(model) - exact(model)) <= RTOL * np.linalg.norm(exact(model))
    assert A.dot_test(5) <= 1e-7


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_padding_along_one_axis_alone(axis):
    wide = np.concatenate([-np.cumsum([1, 2, 3.0])[::-1], np.arange(9), 8 + np.cumsum([1, 2, 3.0])]) * 10.0
    edges = [10.0 * np.arange(-2, 12)] * 3
    edges[axis] = wide
    grid = geoinv.Grid(edges[0], edges[1], edges[2] - 160.0)
    A, exact = pair(grid, stations(200, 8))
    model = np.random.default_rng(6).standard_normal(grid.shape)
    assert np.linalg.norm(A(model) - exact(model)) <= RTOL * np.linalg.norm(exact(model))


@pytest.mark.parametrize(
    ("grid", "words"),
    [
        (padded(padding=np.array([1.3, 1.69, 2.197])), "edges lie between whole multiples of the smallest cell"),
        (padded(padding=np.array([])), "cells are of one size already"),
        (padded(padding=np.array([1.0, 1e3, 1e4, 1e5])), "padding so wide is"),
    ],
)
def test_meshes_that_are_refused(grid, words):
    with pytest.raises(geoinv.InputError, match=words):
        Magnetics(grid, stations(), engine="levels", rtol=RTOL)


def test_it_is_taken_where_it_is_the_cheapest():
    A = Magnetics(padded(64, 16), stations(4000, 64), rtol=RTOL)
    assert A.engine == "levels"
    assert "levels" in repr(A)
