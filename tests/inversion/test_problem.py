"""What an inversion is given: operators of any kind, bounds, masked arrays, buffers that are used again."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import numpy.testing as npt
import pytest
import scipy.sparse
import scipy.sparse.linalg as spla

import geoinv
from geoinv.algebra import gram
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import Identity, MatrixOperator, from_scipy
from geoinv.operators import Gravity, Magnetics
from geoinv.regularizers.weighting import depth_weighting, distance_weighting

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)
RANDOM = np.random.default_rng(1)
M = RANDOM.standard_normal((12, 8))
TRUE = np.array([0.0, 0.0, 1.0, 2.0, 2.0, 1.0, 0.0, 0.0])
DATA = M @ TRUE + 0.05 * RANDOM.standard_normal(12)


class Untold(LinearOperator):
    """A matrix that tells no diagonal."""

    def __init__(self, matrix) -> None:
        self.matrix = np.asarray(matrix)
        self.range_shape, self.domain_shape = self.matrix.shape[:1], self.matrix.shape[1:]
        self.dtype = self.matrix.dtype

    def _forward(self, x):
        return x @ self.matrix.T

    def _adjoint(self, y):
        return y @ self.matrix


class Alike:
    """The members that invert asks for, in a class of its own that knows no batches."""

    domain_shape, range_shape, dtype = (8,), (12,), np.dtype(float)

    def __call__(self, x):
        assert x.shape == (8,)
        return M @ x

    @property
    def T(self):
        return lambda y: M.T @ y


@pytest.mark.parametrize(
    "operator",
    [
        MatrixOperator(M),
        MatrixOperator(scipy.sparse.csr_array(M)),
        M,
        M.tolist(),
        scipy.sparse.coo_array(M),
        spla.aslinearoperator(M),
        from_scipy(M),
        2.0 * MatrixOperator(M / 2.0),
        MatrixOperator(M / 4.0) + MatrixOperator(0.75 * M),
        Untold(M),
        Alike(),
    ],
    ids=lambda operator: type(operator).__name__,
)
def test_the_default_inversion_takes_whatever_maps_models_to_data(operator):
    expected = geoinv.invert(MatrixOperator(M), DATA, 0.05)
    got = geoinv.invert(operator, DATA, 0.05)
    npt.assert_allclose(got.model, expected.model, atol=1e-6)
    assert got.reached


def test_an_operator_in_a_class_of_its_own_has_a_base_level_fitted():
    class Rows(Alike):
        range_shape = (1, 12)

        def __call__(self, x):
            return super().__call__(x)[None]

        @property
        def T(self):
            return lambda y: M.T @ y[0]

    solution = geoinv.invert(Rows(), DATA + 7.0, 0.05, base_level="fit")
    # the constant takes a share of the data of so few rows
    npt.assert_allclose(solution.base_level, [7.0], atol=0.1)
    npt.assert_allclose(solution.model, TRUE, atol=0.3)


@pytest.mark.parametrize(
    ("operator", "words"),
    [
        (None, "invert expects a LinearOperator, a matrix or a scipy.sparse.linalg.LinearOperator as A, got NoneType"),
        (np.ones(12), r"MatrixOperator expects a real matrix of shape \(rows, columns\), got float64 of shape \(12,\)"),
        (M + 1j, "MatrixOperator expects a real matrix"),
        (np.where(M > 2.0, np.nan, M) * np.nan, "expects finite entries of the matrix"),
        (np.ma.masked_greater(M, 0.0), "MatrixOperator expects the matrix without masked values"),
        (spla.LinearOperator((12, 8), matvec=lambda x: M @ x, dtype=float), "expects its rmatvec, which it lacks"),
        ("A", "as A, got str"),
    ],
)
def test_what_is_no_operator_is_refused_in_a_sentence(operator, words):
    with pytest.raises(geoinv.InputError, match=words):
        geoinv.invert(operator, DATA, 0.05)


@pytest.mark.parametrize("regularizer", ["smooth", geoinv.Smooth, 3.0, object()])
def test_what_is_no_regularizer_is_refused_in_a_sentence(regularizer):
    with pytest.raises(geoinv.InputError, match=r"invert expects a regularizer with bind, value, gradient and curv"):
        geoinv.invert(M, DATA, 0.05, regularizer=regularizer)


@pytest.mark.parametrize("shape", [(30, 12), (12, 30)])
def test_the_diagonal_of_an_operator_that_tells_none_is_exact_where_it_is_small(shape):
    matrix, weights = np.random.default_rng(5).standard_normal(shape), np.linspace(1.0, 3.0, shape[0])
    expected = ((weights[:, None] * matrix) ** 2).sum(axis=0)
    npt.assert_allclose(gram.gram_diagonal(Untold(matrix), weights), expected, rtol=1e-12)
    npt.assert_allclose(MatrixOperator(matrix).gram_diagonal(weights), expected, rtol=1e-12)
    npt.assert_allclose(MatrixOperator(scipy.sparse.csr_array(matrix)).gram_diagonal(2.0), 4 * (matrix**2).sum(axis=0))


def test_random_signs_give_the_diagonal_to_what_is_stated():
    matrix = np.random.default_rng(6).standard_normal((80, 3000)) * np.linspace(0.1, 10.0, 3000)
    ratio = gram.gram_diagonal(Untold(matrix), few=10) / (matrix**2).sum(axis=0)
    assert ratio.std() == pytest.approx(np.sqrt(2.0 / gram.PROBES), rel=0.1)
    assert (ratio**0.25).std() < 0.019
    assert ratio.mean() == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ((np.inf, np.inf), "expects a lower bound that a model can keep to, got inf; use -inf"),
        ((-np.inf, -np.inf), "expects a upper bound that a model can keep to, got -inf; use inf"),
        ((np.array([0.0] * 7 + [np.inf]), np.inf), "expects a lower bound that a model can keep to"),
        ((0.0, 1.0, 2.0), r"expects bounds as two, \(lowest, highest\), got 3 values"),
        ((0.0,), "got 1 values"),
        (0.0, r"expects bounds as two, \(lowest, highest\), got 0.0"),
        (None, r"expects bounds as two, \(lowest, highest\), got None"),
        ("ab", "expects bounds as two, .* got 'ab'"),
        ((np.nan, 1.0), "lower bound without NaN"),
        ((0.0, None), "expects the upper bound to be real numbers"),
        ((np.r_[0.0, 3.0, np.zeros(6)], 2.0), r"lower bounds below upper ones, got 3 above 2 at \[1\]; swap"),
        ((np.ma.masked_less(np.r_[-1.0, np.zeros(7)], 0.0), 1.0), "expects the lower bound without masked values"),
    ],
)
def test_bounds_that_no_model_can_keep_to_are_refused_in_a_sentence(bounds, words):
    with pytest.raises(geoinv.InputError, match=words):
        geoinv.invert(M, DATA, 0.05, bounds=bounds)


@pytest.mark.parametrize(("start", "words"), [(-0.1, "got -0.1 for 0 to 2"), (2.001, "got 2.001 for 0 to 2")])
def test_a_start_outside_the_bounds_is_rejected(start, words):
    initial = np.ones(8)
    initial[3] = start
    with pytest.raises(geoinv.InputError, match=rf"initial model within the bounds, {words} \(1 of 8 values\)"):
        geoinv.invert(M, DATA, 0.05, bounds=(0.0, 2.0), initial=initial)


def test_a_start_may_miss_the_bounds_by_rounding_and_anywhere_in_the_air():
    grid = geoinv.Grid.regular((2, 2, 2), (10.0, 10.0, 10.0), (-20.0, 0.0, 0.0))
    grid = grid.with_active(np.arange(8).reshape(2, 2, 2) < 7)
    survey = geoinv.Survey([5.0, 15.0], [5.0, 15.0], [3.0, 3.0], components=("gz",))
    initial = np.full(grid.shape, np.float64(np.float32(0.1)))
    initial[1, 1, 1] = -5.0
    solution = geoinv.invert(Gravity(grid, survey), [[0.001, 0.001]], 0.0005, bounds=(0.0, 0.1), initial=initial)
    assert 0.0 <= solution.model[grid.active].min() <= solution.model[grid.active].max() <= 0.1


def gravity_like(**told):
    """Vertical pull of point masses, in a class of the user's own."""
    grid = geoinv.Grid.regular((3, 3, 3), (10.0, 10.0, 10.0), (-30.0, 0.0, 0.0))
    survey = geoinv.Survey([5.0, 15.0, 25.0], [5.0, 15.0, 20.0], [5.0, 5.0, 5.0], field=FIELD)
    columns = np.stack(np.meshgrid(grid.upward, grid.northing, grid.easting, indexing="ij"), -1).reshape(-1, 3)
    apart = np.stack([survey.upward, survey.northing, survey.easting], -1)[:, None] - columns
    kernel = apart[..., 0] / np.linalg.norm(apart, axis=-1) ** 3

    class Gravity(LinearOperator):
        domain_shape, range_shape, dtype = grid.shape, (1, 3), np.dtype(float)
        unknown = "density"

        def _forward(self, x):
            return (x.reshape(len(x), -1) @ kernel.T)[:, None]

        def _adjoint(self, y):
            return (y[:, 0] @ kernel).reshape(len(y), *grid.shape)

    A = Gravity()
    positions = {axis: getattr(survey, axis) for axis in ("easting", "northing", "upward")}
    A.grid, A.survey = grid, SimpleNamespace(components=("pull",), stations=3, **positions)
    A.__dict__.update(told)
    return A


@pytest.mark.parametrize("weighting", ["depth", "distance"])
def test_weights_against_depth_decay_as_the_operator_tells(weighting):
    A = gravity_like(decay_exponent=2.0)
    surveyed = depth_weighting(A.grid, 5.0, 2.0) if weighting == "depth" else distance_weighting(A.grid, A.survey, 2.0)
    phi = geoinv.Smooth(smoothness=0.0, weighting=weighting).bind(A)
    npt.assert_allclose(phi.curvature_diagonal(np.zeros(A.domain_shape)), A.grid.volumes * surveyed**2)
    with pytest.raises(geoinv.InputError, match="expects an operator that tells its decay_exponent"):
        geoinv.Smooth(weighting=weighting).bind(gravity_like())


def test_magnetic_fields_decay_with_the_cube_and_their_gradients_with_the_fourth_power():
    A = gravity_like()
    survey = geoinv.Survey([5.0], [5.0], [5.0], components=("bee", "buu"), field=FIELD)
    assert Magnetics(A.grid, survey).decay_exponent == 4.0
    assert Magnetics(A.grid, survey.with_components(("tmi", "buu"))).decay_exponent == 3.0


def test_data_of_another_kind_come_out_under_their_own_name():
    solution = geoinv.invert(gravity_like(), [[1.0, 2.0, 1.5]], 0.1, beta=1e-3)
    written = solution.to_xarray()
    npt.assert_array_equal(written.pull_observed, [1.0, 2.0, 1.5])
    assert "units" not in written.pull_observed.attrs
    assert written.density.shape == (3, 3, 3)


def test_masked_values_are_never_taken_for_numbers():
    masked = np.ma.masked_values([1.0, -9999.0, 3.0], -9999.0)
    position = np.arange(3.0)
    for attempt in (
        lambda: geoinv.Survey(position, position, position, field=FIELD, data=masked),
        lambda: geoinv.Survey(position, position, position, field=FIELD, data=[masked]),
        lambda: geoinv.Survey(masked, position, position, field=FIELD),
        lambda: geoinv.Survey(position, position, position, field=FIELD, uncertainty=masked),
        lambda: MatrixOperator(np.eye(3))(masked),
        lambda: MatrixOperator(np.eye(3)).T(masked),
        lambda: MatrixOperator(np.eye(3))([masked, masked]),
        lambda: geoinv.invert(np.eye(3), masked, 0.1),
        lambda: geoinv.invert(np.eye(3), position, masked),
        lambda: geoinv.invert(np.eye(3), position, 0.1, initial=masked),
        lambda: geoinv.Smooth(reference=masked).bind(Identity((3,))),
        lambda: geoinv.Grid(masked, position, position),
        lambda: geoinv.Grid(position, position, position, np.ma.masked_less(np.ones((2, 2, 2)), 2.0) > 0),
        lambda: geoinv.Grid.regular((2, 2, 2), (1, 1, 1)).with_active(np.ma.masked_all((2, 2, 2), bool)),
        lambda: geoinv.Grid.regular((1, 1, 3), (1, 1, 1)).to_xarray(susceptibility=masked[None, None]),
    ):
        with pytest.raises(geoinv.InputError, match=r"without masked values, got \d of \d+ masked; leave these out"):
            attempt()
    unmasked = np.ma.array([1.0, 2.0, 3.0], mask=[False] * 3)
    npt.assert_array_equal(geoinv.Survey(position, position, position, field=FIELD, data=unmasked).data, [[1, 2, 3]])


def test_a_buffer_that_is_used_again_changes_nothing_that_was_made_of_it():
    data, deviation, reference = DATA.copy(), np.full(12, 0.05), np.full(8, 0.5)
    phi = geoinv.Smooth(reference=reference, weighting=None)
    solution = geoinv.invert(M, data, deviation, regularizer=phi, beta=1e-3)
    before = solution.chi2_per_datum
    data += 100.0
    deviation *= 10.0
    reference[:] = -7.0
    assert solution.chi2_per_datum == before
    again = geoinv.invert(M, DATA, 0.05, regularizer=phi, beta=1e-3)
    npt.assert_array_equal(again.model, solution.model)

    edges, active = np.arange(4.0), np.ones((3, 3, 3), bool)
    grid = geoinv.Grid(edges, edges, edges, active)
    positions, values = np.arange(3.0), np.ones(3)
    survey = geoinv.Survey(positions, positions, positions, field=FIELD, data=values, uncertainty=values)
    for kept in (edges, positions, values):
        kept[:] = -1.0
    active[:] = False
    assert grid.active.all()
    npt.assert_array_equal(grid.easting_edges, np.arange(4.0))
    npt.assert_array_equal(survey.northing, np.arange(3.0))
    assert survey.data.tolist() == survey.uncertainty.tolist() == [[1.0, 1.0, 1.0]]


@pytest.mark.parametrize(
    ("data", "deviation", "options", "words"),
    [
        (
            1e300,
            1.0,
            {},
            r"data .* within 1e\+60 standard deviations of zero, got 1e\+300 with 1 at \[3\] \(1 of 12 va",
        ),
        (
            0.5,
            1e-300,
            {},
            r"within 1e\+60 standard deviations of zero, got .* with 1e-300 at \[0\] \(12 of 12 values\)",
        ),
        (0.5, 1.0, {"base_level": np.nan}, "finite base_level, got nan; give a number in the unit of the data"),
        (0.5, 1.0, {"base_level": 1e300}, r"within 1e\+60 standard deviations of zero, got -1e\+300 with 1 at"),
    ],
)
def test_data_whose_squares_overflow_are_refused_with_their_place(data, deviation, options, words):
    given = np.where(np.arange(12) == 3, data, DATA)
    with pytest.raises(geoinv.InputError, match=words):
        geoinv.invert(M, given, deviation, geoinv.Smooth(weighting=None), **options)


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ({"seed": -1}, "seed to be a whole number of zero or more, got -1"),
        ({"seed": "a"}, "seed to be a whole number"),
        ({"solver": "fast"}, "solver to be a geoinv.GaussNewton, got 'fast'"),
    ],
)
def test_other_arguments_of_another_kind_are_refused_in_a_sentence(argument, words):
    with pytest.raises(geoinv.InputError, match=words):
        geoinv.invert(M, DATA, 0.05, **argument)


def test_what_made_a_solution_is_told_without_addresses():
    class Mine:
        def bind(self, operator):
            return self

        def value(self, z):
            return 0.5 * float(z @ z)

        def gradient(self, z):
            return z

        def curvature(self, z, v):
            return v

    solver, start = geoinv.GaussNewton(iterations=7), np.full(8, 0.5)
    arguments = {"initial": start, "solver": solver, "bounds": (np.zeros(8), 3.0)}
    settings = geoinv.invert(Alike(), DATA, 0.05, Mine(), beta=1.0, **arguments).settings
    assert settings["solver"].startswith("GaussNewton(")
    assert "iterations=7" in settings["solver"]
    assert settings["initial"].startswith("array of shape (8,), float64, sha256 ")
    assert settings["bounds"][1] == 3.0
    assert settings["regularizer"].endswith("Mine")
    assert settings["operator"] == "Alike: (8,) to (12,), float64"
    assert " at 0x" not in str(settings)
    assert geoinv.invert(M, DATA, 0.05, beta=1.0).settings["initial"] is None
