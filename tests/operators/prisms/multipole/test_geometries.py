"""Direct sums within a tolerance over meshes and stations of every kind: finite, and no more wrong than promised."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from direct_sums import dense, problem
from makers import DTYPES, FIELD, UNKNOWNS
from random_geometries import dipole_sizes, matrix_of, random_geometry
from wide_meshes import padded, scattered

import geoinv
from geoinv import InputError
from geoinv.operators import Magnetics
from geoinv.operators.magnetic import magnetic_problem
from geoinv.operators.prisms.direct import Direct
from geoinv.operators.prisms.multipole.expansion import FAINT, faintest, near_cells, single_suffices
from geoinv.operators.prisms.multipole.moments import rows_in_range


@pytest.mark.parametrize("seed", range(14))
def test_every_entry_of_a_random_geometry_is_finite_and_as_right_as_promised(seed):
    case = random_geometry(seed, most_cells=24)
    p = magnetic_problem(case.grid, case.survey, case.unknown, np.dtype(case.dtype), case.rtol)
    exact, found = matrix_of(p, case.survey), dense(Direct(p))
    assert np.isfinite(found).all(), case.name
    allowed = case.rtol * np.maximum(abs(exact), faintest(p) * dipole_sizes(p)) + 1e-10 * dipole_sizes(p)
    active = case.grid.active
    assert (abs(found - exact)[..., active] <= allowed[..., active]).all(), case.name
    A = Magnetics(case.grid, case.survey, "direct", case.rtol, case.dtype, case.unknown)
    model = np.random.default_rng(seed).standard_normal(A.domain_shape)
    flat, matrix = (model * active).ravel(), exact.reshape(np.prod(A.range_shape), -1)
    error = np.linalg.norm(A(model).ravel() - matrix @ flat)
    assert error <= 1.1 * case.rtol * np.linalg.norm(abs(matrix) @ abs(flat)), case.name


def test_random_geometries_are_functions_of_their_seeds():
    one, again, other = random_geometry(5), random_geometry(5), random_geometry(6)
    assert one.name == again.name != other.name
    npt.assert_array_equal(one.survey.easting, again.survey.easting)
    npt.assert_array_equal(one.grid.active, again.grid.active)


@pytest.mark.parametrize(
    ("size", "station"),
    [
        ((10.0, 1000.0, 5.0), (500.0, 500.0, 20.0)),
        ((10.0, 1000.0, 5.0), (2500.0, 500.0, 20.0)),
        ((10.0, 2000.0, 5.0), (3000.0, 500.0, 20.0)),
        ((5.0, 1000.0, 5.0), (2500.0, 500.0, 20.0)),
        ((25.0, 2000.0, 25.0), (6000.0, 500.0, 20.0)),
        ((2.0, 2.0, 900.0), (4000.0, -3000.0, 10.0)),
        ((900.0, 2.0, 2.0), (450.0, 1e6, -1.0)),
    ],
)
def test_a_long_thin_cell_is_right_from_far_away_by_few_stations_and_by_many(size, station):
    grid = geoinv.Grid(*([begin, begin + length] for begin, length in zip((0.0, 0.0, -size[2]), size, strict=True)))
    offsets = np.random.default_rng(1).uniform(-0.3, 0.3, (12, 3)) * np.linalg.norm(station)
    offsets[0] = 0.0
    for count in (1, 12):
        places = np.array(station) + offsets[:count]
        survey = geoinv.Survey(*places.T, components=("tmi", "bnu"), field=FIELD)
        p = problem(grid, survey, 1e-5, "magnetization")
        assert single_suffices(p) == (count > 1)
        share = abs(dense(Direct(p)) - matrix_of(p, survey)) / dipole_sizes(p)
        assert share.max() <= 1e-5 * (FAINT if count == 1 else 1.0)


@pytest.mark.parametrize(
    ("padding", "factor", "single"),
    [(12, 1.4, True), (10, 1.5, True), (8, 1.6, True), (12, 2.0, True), (18, 2.0, False)],
)
@pytest.mark.parametrize("rtol", [1e-3, 5e-6])
def test_padded_meshes_give_what_the_exact_sums_give(padding, factor, single, rtol):
    grid, survey = padded(5, padding, factor), scattered(9, 300.0)
    p = problem(grid, survey, rtol)
    # dense refuses the widest, where exact prisms round too much
    exact = matrix_of(p, survey).reshape(9, -1) if padding == 18 else Magnetics(grid, survey, "dense").to_dense()
    if faintest(p) == 1.0:
        assert rows_in_range(p, near_cells(p)) == single
    A = Magnetics(grid, survey, "direct", rtol)
    model = np.zeros(grid.shape)
    model[:, padding : padding + 3, padding : padding + 4] = 0.05
    for one in (model, np.full(grid.shape, 0.01)):
        assert np.linalg.norm(A(one) - exact @ one.ravel()) <= rtol * np.linalg.norm(abs(exact) @ one.ravel())
    diagonal = np.sum(exact**2, axis=0).reshape(grid.shape)
    npt.assert_allclose(A.gram_diagonal(), diagonal, rtol=max(5.0 * rtol, 1e-3))


@pytest.mark.parametrize("unknown", UNKNOWNS)
@pytest.mark.parametrize("component", ["tmi", "bee", "buu"])
@pytest.mark.parametrize("rtol", [1e-4, 1e-5, 1e-7])
def test_models_of_one_cell_keep_the_promise_at_every_distance(rtol, component, unknown):
    grid = geoinv.Grid.regular((1, 3, 50), (10.0, 10.0, 10.0), (-10.0, 0.0, 0.0))
    for count in (1, 20):
        survey = scattered(count, 60.0, (component,))
        p = problem(grid, survey, None, unknown)
        exact = Magnetics(grid, survey, "dense", unknown=unknown).to_dense()
        found = Magnetics(grid, survey, "direct", rtol, unknown=unknown).to_dense()
        size = np.linalg.norm(exact, axis=0)
        # of one station the direction may make a datum vanish
        floor = FAINT * np.linalg.norm(dipole_sizes(p).reshape(count, -1), axis=0)
        assert (np.linalg.norm(found - exact, axis=0) <= rtol * np.maximum(size, floor)).all()
        assert count == 1 or (size > floor).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("unknown", UNKNOWNS)
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 1, 14), (1, 14, 1), (14, 1, 1), (1, 5, 6)])
def test_a_cell_a_row_a_column_and_a_layer_are_right(shape, unknown, dtype):
    grid = geoinv.Grid.regular(shape, (5.0, 10.0, 12.0), (-5.0 * shape[0], 0.0, 0.0))
    for count in (2, 15):
        survey = scattered(count, 400.0, ("tmi", "bnu"))
        exact = Magnetics(grid, survey, "dense", unknown=unknown).to_dense()
        A = Magnetics(grid, survey, "direct", 1e-5, dtype, unknown)
        npt.assert_allclose(A.to_dense(), exact, rtol=0, atol=1e-5 * abs(exact).max())
        units = np.eye(exact.shape[0], dtype=dtype).reshape(-1, *A.range_shape)
        npt.assert_array_equal(A.T(units).reshape(exact.shape), A.to_dense())


class Broken:
    """Engine that returns what is not finite."""

    def __init__(self, value: float) -> None:
        self.value = value

    def forward(self, models: np.ndarray) -> np.ndarray:
        return np.full((len(models), 1, 2), self.value)

    def adjoint(self, data: np.ndarray) -> np.ndarray:
        return np.full((len(data), 1, 1, 2, 2), self.value)

    def gram_diagonal(self, squared_weights: np.ndarray) -> np.ndarray:
        return np.full((1, 1, 2, 2), self.value)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_no_engine_returns_what_is_not_finite(value, monkeypatch):
    A = Magnetics(geoinv.Grid.regular((1, 2, 2), (5.0, 5.0, 5.0), (-5.0, 0.0, 0.0)), scattered(2, 10.0), "direct")
    monkeypatch.setattr(A, "_engine", Broken(value))
    for call in (lambda: A(np.ones(A.domain_shape)), lambda: A.T(np.ones(A.range_shape)), A.gram_diagonal):
        with pytest.raises(
            InputError, match=r"^Magnetics.* expects finite .*; the direct engine fails here.*beyond 1: take"
        ):
            call()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("engine", ["direct", "dense"])
def test_numbers_too_large_are_refused_as_such(engine, dtype):
    grid = geoinv.Grid.regular((1, 2, 2), (5.0, 5.0, 5.0), (-5.0, 0.0, 0.0))
    A, large = Magnetics(grid, scattered(2, 10.0), engine, dtype=dtype), 1e307 if dtype == "float64" else 1e37
    with pytest.raises(InputError, match=r"finite data of a model, got (-?inf|nan).*; its values are too large"):
        A(np.full(A.domain_shape, large, dtype))
    with pytest.raises(InputError, match=r"finite sums over the data, got (-?inf|nan).*; their values are too large"):
        A.T(np.full(A.range_shape, large, dtype))
    for weight in (1e200, np.nan):
        with pytest.raises(InputError, match=r"finite squared weights, got (inf|nan).*; give 1/uncertainty"):
            A.gram_diagonal(weight)
    with pytest.raises(InputError, match=r"finite sums of squares, got (inf|nan).*; the weights are too large"):
        A.gram_diagonal(1.3e154)
