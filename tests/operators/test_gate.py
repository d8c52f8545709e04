"""What every operator must pass: exact adjoint, batch equal to loop, one result from every engine."""

from __future__ import annotations

from functools import cache
from itertools import product

import makers
import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.conventions.quantities import MAGNETIC_COMPONENTS as COMPONENTS
from geoinv.operators import Magnetics

EVERY_OPERATOR = pytest.mark.parametrize("name", makers.OPERATORS)
EVERY_MAGNETICS = pytest.mark.parametrize("name", makers.MAGNETICS)


@cache
def operator(name: str) -> LinearOperator:
    """Made once for all tests: an engine takes longer to set up than to apply here."""
    return makers.OPERATORS[name]()


@cache
def matrix(name: str) -> np.ndarray:
    """Its matrix, made once as well."""
    found = operator(name).to_dense()
    found.setflags(write=False)
    return found


def dense(A: LinearOperator) -> np.ndarray:
    """Matrix, one unit vector after another."""
    columns = int(np.prod(A.domain_shape))
    units = np.eye(columns).reshape(columns, *A.domain_shape)
    return np.stack([A(unit).ravel() for unit in units], axis=1)


@EVERY_OPERATOR
def test_adjoint_is_the_transpose(name):
    A, D = operator(name), matrix(name)
    tolerance = 1e-5 if makers.works_in_single(name) else 1e-12
    npt.assert_allclose(A.T.to_dense(), D.T, rtol=0, atol=tolerance * abs(D).max())


@EVERY_OPERATOR
def test_inner_products_agree_with_the_adjoint(name):
    A = operator(name)
    tolerance = 1e-5 if makers.works_in_single(name) else 1e-12
    assert A.dot_test(draws=10, seed=3) <= tolerance
    assert A.T.dot_test(draws=10, seed=4) <= tolerance


@EVERY_OPERATOR
@pytest.mark.parametrize("adjoint", [False, True], ids=["forward", "adjoint"])
def test_a_batch_equals_a_loop(name, adjoint):
    A = operator(name)
    A = A.T if adjoint else A
    x = np.random.default_rng(1).standard_normal((2, 3, *A.domain_shape)).astype(A.dtype)
    loop = np.stack([[A(item) for item in row] for row in x])
    tolerance = 1e-6 if makers.works_in_single(name) else 1e-13
    npt.assert_allclose(A(x), loop, rtol=0, atol=tolerance * max(abs(loop).max(), 1e-300))
    assert A(x[:, :0]).shape == (2, 0, *A.range_shape)


@pytest.mark.parametrize("name", [name for name in makers.OPERATORS if name in makers.ALGEBRA or "all" in name])
def test_the_matrix_is_made_of_images_of_unit_vectors(name):
    A = operator(name)
    D = dense(A)
    tolerance = 1e-6 if makers.works_in_single(name) else 1e-13
    npt.assert_allclose(matrix(name), D, rtol=0, atol=tolerance * abs(D).max())


@EVERY_OPERATOR
def test_results_have_the_promised_shape_and_type_and_are_finite(name):
    A = operator(name)
    for side in (A, A.T):
        result = side(np.ones(side.domain_shape))
        assert result.shape == side.range_shape
        assert result.dtype == side.dtype
        assert np.isfinite(result).all()


@EVERY_OPERATOR
def test_inputs_of_any_layout_give_the_same_numbers(name):
    A = operator(name)
    x = np.random.default_rng(2).integers(-9, 9, A.domain_shape).astype(A.dtype)
    expected = A(x)
    flipped = np.flip(np.flip(x).copy())
    spread = np.repeat(x, 2, axis=-1)[..., ::2]
    frozen = x.copy()
    frozen.setflags(write=False)
    forms = [flipped, spread, frozen, np.asfortranarray(x), x.astype(np.int64), x.astype(np.float32), x.tolist()]
    forms += [x.astype(">f8"), x.astype(np.float16), x.astype(np.longdouble)]
    for form in forms:
        npt.assert_array_equal(A(form), expected)
    npt.assert_array_equal(frozen, x)


@EVERY_MAGNETICS
def test_every_engine_gives_the_matrix_of_the_direct_one(name):
    A = operator(name)
    result = matrix(name)
    direct = Magnetics(A.grid, A.survey, engine="direct", unknown=A.unknown).to_dense()
    tolerance = max(1e-5 if makers.works_in_single(name) else 1e-10, A.problem.rtol or 0.0)
    for row in range(len(A.survey.components)):
        rows = slice(row * A.survey.stations, (row + 1) * A.survey.stations)
        npt.assert_allclose(result[rows], direct[rows], rtol=0, atol=tolerance * abs(direct[rows]).max())


@EVERY_MAGNETICS
def test_gram_diagonal_is_that_of_the_matrix(name):
    A = operator(name)
    weights = np.random.default_rng(6).uniform(0.1, 2.0, A.range_shape)
    D = weights.reshape(-1, 1) * matrix(name).astype(np.float64)
    expected = np.sum(D * D, axis=0).reshape(A.domain_shape)
    tolerance = 1e-5 if makers.works_in_single(name) else 1e-12
    # the lattice interpolates the squared field for it, more coarsely than the field
    tolerance = max(tolerance, 10.0 * A.problem.rtol) if A.engine == "lattice" else tolerance
    npt.assert_allclose(A.gram_diagonal(weights), expected, rtol=0, atol=tolerance * expected.max())
    npt.assert_allclose(A.gram_diagonal(2.0), 4.0 * A.gram_diagonal(), rtol=0, atol=4 * tolerance * expected.max())


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-10), ("float32", 1e-5)])
@pytest.mark.parametrize("components", [("tmi",), ("be", "bn", "bu"), COMPONENTS[4:]], ids="-".join)
@pytest.mark.parametrize("unknown", makers.UNKNOWNS)
def test_gridded_and_dense_agree_with_direct_on_a_mesh_of_some_size(components, unknown, dtype, tolerance):
    grid = geoinv.Grid.regular(shape=(6, 12, 15), spacing=(10.0, 25.0, 20.0), origin=(-60.0, 6.2e6, 4.5e5))
    easting, northing = np.meshgrid(4.5e5 - 57.0 + 20.0 * np.arange(20), 6.2e6 + 4.0 + 25.0 * np.arange(11))
    survey = geoinv.Survey(
        easting.ravel(), northing.ravel(), np.full(easting.size, 5.0), components=components, field=makers.FIELD
    )
    random = np.random.default_rng(0)
    model = random.uniform(0.0, 0.1, grid.shape if unknown == "susceptibility" else (3, *grid.shape))
    data = random.standard_normal(survey.range_shape)
    direct = Magnetics(grid, survey, engine="direct", unknown=unknown)
    d, g = direct(model), direct.T(data)
    for engine in ("gridded", "dense"):
        A = Magnetics(grid, survey, engine=engine, unknown=unknown, dtype=dtype)
        npt.assert_allclose(A(model), d, rtol=0, atol=tolerance * abs(d).max())
        npt.assert_allclose(A.T(data), g, rtol=0, atol=tolerance * abs(g).max())


@pytest.mark.parametrize(("engine", "unknown"), list(product(makers.ENGINES, makers.UNKNOWNS)))
def test_inactive_cells_are_ignored_and_receive_zero(engine, unknown):
    A = makers.magnetics(engine, "float64", unknown, ("tmi", "beu"))()
    air = np.broadcast_to(~A.grid.active, A.domain_shape)
    model = np.random.default_rng(0).standard_normal(A.domain_shape)
    expected = A(np.where(air, 0.0, model))
    for filling in (np.nan, np.inf, 1e300):
        npt.assert_array_equal(A(np.where(air, filling, model)), expected)
    assert not A.T(np.ones(A.range_shape))[air].any()
    assert not A.gram_diagonal()[air].any()


@pytest.mark.parametrize("engine", makers.ENGINES)
def test_values_that_are_not_finite_are_refused_with_their_place(engine):
    A = makers.magnetics(engine, "float64", "susceptibility", ("tmi",))()
    model = np.ones(A.domain_shape)
    place = tuple(np.argwhere(A.grid.active)[4])
    model[place] = np.nan
    with pytest.raises(geoinv.InputError, match=r"expects finite susceptibility in active cells, got nan.*inactive"):
        A(model)
    data = np.ones(A.range_shape)
    data[0, 2] = np.inf
    with pytest.raises(geoinv.InputError, match=r"Magnetics\.T expects finite data, got inf"):
        A.T(data)
