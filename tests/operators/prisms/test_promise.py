"""What every engine promises of every model, shown on models of one cell at every distance; and its weights."""

from __future__ import annotations

import numpy as np
import pytest
from makers import FIELD, UNKNOWNS
from promises import beside, level

import geoinv
from geoinv import InputError
from geoinv.operators import Magnetics
from geoinv.regularizers.weighting import sensitivity_weighting
from geoinv.surveys.mesh_for_survey import mesh_for_survey

COMPONENTS = [("tmi",), ("be", "bu"), ("buu",)]


def worst_cell(A: Magnetics, exact: np.ndarray, rtol: float) -> float:
    """Largest error of a model of one cell, in units of what is promised."""
    error = np.linalg.norm(A.to_dense().astype(float) - exact, axis=0)
    return float((error / (rtol * np.linalg.norm(exact, axis=0))).max())


@pytest.mark.parametrize("unknown", UNKNOWNS)
@pytest.mark.parametrize("components", COMPONENTS)
@pytest.mark.parametrize(
    ("dtype", "rtol"), [("float32", 1e-6), ("float32", 1e-5), ("float64", 1e-5), ("float64", 1e-8)]
)
@pytest.mark.parametrize("engine", ["gridded", "dense"])
def test_a_model_of_one_cell_keeps_the_promise_at_every_distance(engine, dtype, rtol, components, unknown):
    grid, survey = beside(2, 16), level((4, 3), components)
    exact = Magnetics(grid, survey, engine="dense", unknown=unknown).to_dense()
    A = Magnetics(grid, survey, engine=engine, dtype=dtype, rtol=rtol, unknown=unknown)
    assert worst_cell(A, exact, rtol) < 1.0
    diagonal = np.sum(exact**2, axis=0)
    np.testing.assert_allclose(A.gram_diagonal().ravel(), diagonal, rtol=2e-3)


def test_a_body_far_from_the_survey_keeps_the_promise():
    grid, survey = beside(8, 96), level((30, 30))
    A = Magnetics(grid, survey, engine="gridded", dtype="float32", rtol=1e-5)
    for first, last in ((40, 44), (60, 64), (90, 94)):
        model = np.zeros(grid.shape, np.float32)
        model[6:, first:last, first:last] = 0.05
        edges = (grid.easting_edges[first : last + 1], grid.northing_edges[first : last + 1], grid.upward_edges[6:])
        matrix = Magnetics(geoinv.Grid(*edges), survey, engine="dense").to_dense()
        values = model[6:, first:last, first:last].ravel().astype(float)
        error = np.linalg.norm(A(model).ravel() - matrix @ values)
        assert error < 1e-5 * np.linalg.norm(abs(matrix) @ values)


@pytest.mark.parametrize(
    ("dtype", "rtol"), [("float32", None), ("float32", 1e-5), ("float64", 1e-5), ("float64", None)]
)
@pytest.mark.parametrize("depth", [80.0, 300.0])
def test_weights_of_the_meshes_that_commands_make_are_right_in_every_cell(depth, dtype, rtol):
    survey = level((12, 12))
    grid = mesh_for_survey(survey, 10.0, depth, None)
    expected = Magnetics(grid, survey, engine="direct").gram_diagonal()
    found = Magnetics(grid, survey, engine="levels", dtype=dtype, rtol=rtol).gram_diagonal()
    np.testing.assert_allclose(found, expected, rtol=1e-3)
    weights = [sensitivity_weighting(diagonal, grid.volumes, grid.active) for diagonal in (found, expected)]
    np.testing.assert_allclose(weights[0], weights[1], rtol=0.01)


@pytest.mark.parametrize("engine", ["direct", "dense", "gridded"])
def test_exact_prisms_too_far_away_to_be_right_are_refused_and_an_rtol_is_named(engine):
    grid = geoinv.Grid.regular((1, 2, 2), (2.0, 2.0, 2.0), (-2.0, 0.0, 0.0))
    near, far = (geoinv.Survey([2.0], [2.0], [height], field=FIELD) for height in (1e4, 1e6))
    told = r"in float64 leaves nothing of what the furthest cells give: give an rtol, with which direct holds"
    for dtype in ("float64", "float32"):
        with pytest.raises(InputError, match=told):
            Magnetics(grid, far, engine, dtype=dtype)
        held = Magnetics(grid, far, "direct", 1e-5, dtype)(np.full(grid.shape, 0.05))
        ratio = held / Magnetics(grid, near, "direct", 1e-5, dtype)(np.full(grid.shape, 0.05))
        np.testing.assert_allclose(ratio, ((1e4 + 1.0) / (1e6 + 1.0)) ** 3, rtol=1e-5)
    Magnetics(grid, near, engine)


def anywhere(
    count: int, extent: float, components: tuple[str, ...] = ("tmi",), seed: int = 5, corner: float = 5.0
) -> geoinv.Survey:
    """Stations at random places of a square, 1 to 30 m high."""
    random = np.random.default_rng(seed)
    places = random.uniform((corner, corner, 1.0), (corner + extent, corner + extent, 30.0), (count, 3))
    return geoinv.Survey(*places.T, components=components, field=FIELD)


def matrix_by_rows(A: Magnetics) -> np.ndarray:
    """Matrix of an operator with few data."""
    data = np.eye(int(np.prod(A.range_shape))).reshape(-1, *A.range_shape)
    return A.T(data).reshape(len(data), -1).astype(float)


SURVEYS = {
    "spread": anywhere(60, 230.0),
    "in one corner": anywhere(60, 40.0),
    "cluster": anywhere(30, 20.0, ("be", "bn", "bu")),
    "gradients": anywhere(40, 60.0, ("buu",)),
    "line": geoinv.Survey(*[5.0 + 11.0 * np.arange(20)] * 2, np.full(20, 7.0), components=("bn", "tmi"), field=FIELD),
}


@pytest.mark.parametrize(
    ("dtype", "rtol"), [("float32", 1e-5), ("float64", 1e-5), ("float64", 1e-6), ("float64", 0.03)]
)
@pytest.mark.parametrize("survey", SURVEYS.values(), ids=SURVEYS)
def test_the_lattice_keeps_the_promise_for_a_model_of_one_cell(survey, dtype, rtol):
    grid = beside()
    exact = matrix_by_rows(Magnetics(grid, survey, engine="dense"))
    A = Magnetics(grid, survey, engine="lattice", dtype=dtype, rtol=rtol)
    error = np.linalg.norm(matrix_by_rows(A) - exact, axis=0)
    assert (error <= rtol * np.linalg.norm(exact, axis=0)).all()
    np.testing.assert_allclose(A.gram_diagonal().ravel(), np.sum(exact**2, axis=0), rtol=max(0.02, rtol))


def test_single_precision_of_the_lattice_goes_where_far_cells_would_lose_by_it():
    grid = geoinv.Grid.regular((4, 60, 60), (10.0, 10.0, 10.0), (-40.0, 0.0, 0.0))
    covering, corner = anywhere(1500, 600.0), anywhere(200, 60.0)
    precisions = [
        Magnetics(grid, survey, engine="lattice", dtype="float32", rtol=1e-5).choice.settings["plan"].precision
        for survey in (covering, corner)
    ]
    assert precisions == [np.float32, np.float64]


def test_stations_that_some_cells_give_almost_nothing_are_refused_by_the_lattice():
    told = r"lattice.*but stations are so few, or so close together, that .*nearly vanish.* engines that fit: direct"
    with pytest.raises(InputError, match=told):
        Magnetics(beside(4, 40), anywhere(1, 5.0, ("buu",), corner=200.0), engine="lattice", rtol=1e-6)


@pytest.mark.parametrize("engine", ["gridded", "lattice", "dense", "direct"])
@pytest.mark.parametrize("factor", [2.0**-140, 2.0**120])
def test_numbers_beyond_single_precision_go_through_engines_that_keep_it(engine, factor):
    grid, survey = beside(2, 12), level((12, 12))
    A = Magnetics(grid, survey, engine=engine, rtol=1e-5)
    random = np.random.default_rng(0)
    models, data = random.random((2, *grid.shape)), random.random((2, *survey.range_shape))
    scales = np.array([factor, 1.0])
    np.testing.assert_array_equal(A(models * scales[:, None, None, None]), A(models) * scales[:, None, None])
    np.testing.assert_array_equal(A.T(data * scales[:, None, None]), A.T(data) * scales[:, None, None, None])


@pytest.mark.filterwarnings("ignore:overflow encountered", "ignore:invalid value encountered")
@pytest.mark.parametrize("engine", ["gridded", "lattice", "dense", "direct"])
def test_what_is_not_finite_is_refused_instead_of_returned(engine):
    grid, survey = beside(2, 12), level((12, 12))
    A = Magnetics(grid, survey, engine=engine)
    with pytest.raises(InputError, match=r"expects finite data of a model, got .*inf|nan.*; its values are too large"):
        A(np.full(grid.shape, 1e308))
    with pytest.raises(InputError, match=r"expects finite sums over the data, got .*; their values are too large"):
        A.T(np.full(survey.range_shape, 1e308))
    narrow = Magnetics(grid, survey, engine=engine, dtype="float32")
    with pytest.raises(InputError, match=r"expects finite data of a model, got .*inf|nan.*; its values are too large"):
        narrow(np.full(grid.shape, 1e38))
    with pytest.raises(InputError, match=r"expects finite squared weights, got inf.*; give 1/uncertainty"):
        A.gram_diagonal(1e200)


@pytest.mark.parametrize(("dtype", "rtol"), [("float32", None), ("float64", 1e-5)])
def test_weights_of_deep_padding_are_right_layer_by_layer(dtype, rtol):
    # layers that grow downward, and cells far beyond the survey on two sides: single precision alone would lose them
    survey, wide = level((8, 8)), beside(1, 30)
    depths = np.concatenate([[0.0], np.cumsum(10.0 * 1.4 ** np.arange(14.0))])
    grid = geoinv.Grid(wide.easting_edges, wide.northing_edges, -depths[::-1])
    expected = Magnetics(grid, survey, engine="dense").gram_diagonal()
    found = Magnetics(grid, survey, engine="gridded", dtype=dtype, rtol=rtol).gram_diagonal()
    assert expected.max() > 1e9 * expected.min()
    np.testing.assert_allclose(found, expected, rtol=1e-3)
    weights = [sensitivity_weighting(diagonal, grid.volumes, grid.active) for diagonal in (found, expected)]
    np.testing.assert_allclose(weights[0], weights[1], rtol=0.01)
