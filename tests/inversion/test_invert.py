"""The loop: against dense solutions, its stops, its refusals, and what it hands to regularizers."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import scipy.optimize
from small_inversions import FIELD, PRECISE, buried_cube, small_matrix

import geoinv
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.operators import Magnetics


def test_the_discrepancy_target_is_met_within_its_window():
    A, data, true = buried_cube()
    solution = geoinv.invert(A, data, 1.0, bounds=(0, np.inf))
    assert solution.reached
    assert 0.98 <= solution.chi2_per_datum <= 1.01
    assert solution.status.startswith("target reached: chi^2/N = ")
    npt.assert_allclose(solution.chi2_per_datum, np.mean((data - solution.predicted) ** 2))
    npt.assert_allclose(solution.predicted, A(solution.model), rtol=1e-12)
    assert solution.model.min() >= 0.0
    heavy = solution.model > 0.5 * solution.model.max()
    offset = np.array(np.nonzero(heavy)).mean(axis=1) - np.array(np.nonzero(true)).mean(axis=1)
    assert abs(offset[1:]).max() < 0.5
    assert abs(offset[0]) < 1.5


def test_a_fixed_beta_gives_the_solution_of_the_normal_equations():
    A = small_matrix()
    data = np.random.default_rng(1).standard_normal(12)
    deviation = np.random.default_rng(2).uniform(0.5, 2.0, 12)
    solution = geoinv.invert(A, data, deviation, geoinv.Smooth(weighting=None), beta=0.7, solver=PRECISE)
    W2, L = np.diag(deviation**-2), np.diff(np.eye(20), axis=0)
    expected = np.linalg.solve(A.matrix.T @ W2 @ A.matrix + 0.7 * (np.eye(20) + L.T @ L), A.matrix.T @ W2 @ data)
    npt.assert_allclose(solution.model, expected, rtol=1e-7, atol=1e-9)


def test_bounds_give_the_solution_of_bounded_least_squares():
    A = small_matrix(seed=3)
    data = np.random.default_rng(4).standard_normal(12)
    phi = geoinv.Smooth(weighting=None, smoothness=0.0)
    solution = geoinv.invert(A, data, 1.0, phi, bounds=(0.0, 0.2), beta=0.5, solver=PRECISE)
    stacked = np.vstack([A.matrix, np.sqrt(0.5) * np.eye(20)])
    peer = scipy.optimize.lsq_linear(stacked, np.append(data, np.zeros(20)), bounds=(0.0, 0.2), tol=1e-14)
    npt.assert_allclose(solution.model, peer.x, atol=1e-6)


def test_it_repeats_itself():
    A, data, _ = buried_cube()
    first, second = (geoinv.invert(A, data, 1.0, bounds=(0, np.inf)) for _ in range(2))
    npt.assert_array_equal(first.model, second.model)


def test_a_reference_that_fits_is_kept():
    A, data, true = buried_cube(noise=0.0)
    solution = geoinv.invert(A, data, 1.0, geoinv.Smooth(reference=true))
    assert solution.status.startswith("target reached by the reference model")
    npt.assert_allclose(solution.model, true)


def test_data_that_no_model_fits_end_in_a_stall():
    A = MatrixOperator(np.ones((4, 3)))
    solution = geoinv.invert(A, [10.0, -10.0, 10.0, -10.0], 1.0, geoinv.Smooth(weighting=None))
    assert not solution.reached
    assert solution.status.startswith("stalled")
    assert "chi^2/N = 100" in solution.status


def test_too_few_trade_offs_are_said():
    A, data, _ = buried_cube()
    solution = geoinv.invert(A, data, 0.01, iterations=2)
    assert solution.status.startswith("out of iterations after 2 trade-offs")


class Failing(LinearOperator):
    """A matrix whose adjoint misbehaves after some calls."""

    def __init__(self, matrix, calls, error):
        self.inner, self.calls, self.error = MatrixOperator(matrix), calls, error
        self.domain_shape, self.range_shape = self.inner.domain_shape, self.inner.range_shape
        self.dtype = np.dtype(float)

    def _forward(self, x):
        return self.inner(x)

    def _adjoint(self, y):
        self.calls -= 1
        if self.calls < 0:
            if self.error is not None:
                raise self.error
            return np.full((len(y), *self.domain_shape), np.inf)
        return self.inner.T(y)


def test_ctrl_c_returns_the_model_so_far():
    A = Failing(np.random.default_rng(0).standard_normal((30, 50)), 60, KeyboardInterrupt())
    solution = geoinv.invert(A, np.ones(30), 1e-6, geoinv.Smooth(weighting=None))
    assert solution.status.startswith("interrupted after")
    assert np.isfinite(solution.model).all()
    assert abs(solution.model).max() > 0


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_an_operator_that_overflows_ends_with_a_finite_model():
    A = Failing(np.random.default_rng(0).standard_normal((30, 50)), 60, None)
    solution = geoinv.invert(A, np.ones(30), 1e-6, geoinv.Smooth(weighting=None))
    assert not solution.reached
    assert np.isfinite(solution.model).all()


@pytest.mark.parametrize("known", [False, True])
def test_a_base_level_is_fitted_or_taken_off(known):
    A, data, _ = buried_cube()
    solution = geoinv.invert(A, data + 250.0, 1.0, bounds=(0, np.inf), base_level=250.0 if known else "fit")
    assert solution.reached
    npt.assert_allclose(solution.base_level, [250.0], atol=0.0 if known else 5.0)
    assert 0.98 <= solution.chi2_per_datum <= 1.01
    npt.assert_allclose(solution.predicted, A(solution.model) + solution.base_level, rtol=1e-12)


class Rotated:
    """Regularizer of an over-complete embedding, as a learned one would be."""

    def __init__(self, embedding):
        self.embedding = embedding

    def bind(self, operator):
        return self

    def value(self, z):
        return 0.5 * float(np.vdot(z, z))

    def gradient(self, z):
        return z

    def curvature(self, z, v):
        return v


def test_an_embedding_is_inverted_over_z_and_the_model_is_x():
    A = small_matrix()
    E = MatrixOperator(np.random.default_rng(9).standard_normal((20, 35)))
    data = np.random.default_rng(1).standard_normal(12)
    solution = geoinv.invert(A, data, 1.0, Rotated(E), beta=0.3, solver=PRECISE)
    F = A.matrix @ E.matrix
    z = np.linalg.solve(F.T @ F + 0.3 * np.eye(35), F.T @ data)
    npt.assert_allclose(solution.model, E.matrix @ z, rtol=1e-6, atol=1e-9)
    assert isinstance(Rotated(E), geoinv.Regularizer)


def test_bounds_and_an_embedding_do_not_go_together():
    E = MatrixOperator(np.eye(20))
    with pytest.raises(geoinv.InputError, match="expects no bounds with a regularizer that has an embedding"):
        geoinv.invert(small_matrix(), np.ones(12), 1.0, Rotated(E), bounds=(0, np.inf))


def test_an_operator_without_a_diagonal_is_probed():
    class Bare(MatrixOperator):
        pass

    A = Bare(np.random.default_rng(0).standard_normal((40, 15)))
    solution = geoinv.invert(A, A(np.ones(15)), 0.1, geoinv.Smooth(weighting=None, reference=0.0))
    assert solution.reached


def test_two_components_are_inverted_together():
    A, data, true = buried_cube(components=("bu", "beu"))
    deviation = np.array([[1.0], [0.05]]) * np.ones(A.range_shape)
    data = A(true) + deviation * np.random.default_rng(0).standard_normal(A.range_shape)
    solution = geoinv.invert(A, data, deviation, bounds=(0, np.inf))
    assert solution.reached


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"data": np.ones(7)}, r"expects data of shape \(1, 144\) \(component, station\), got \(7,\)"),
        ({"data": np.full(144, np.nan)}, r"expects finite data, got nan at \[0, 0\] \(144 of 144 values\)"),
        ({"data": np.full(144, np.inf)}, "expects finite data, got inf"),
        ({"data": ["a"] * 144}, "expects data to be real numbers"),
        ({"uncertainty": 0.0}, "expects positive uncertainty, got 0.0"),
        ({"uncertainty": np.full(144, -1.0)}, "expects positive uncertainty, got -1.0"),
        ({"uncertainty": np.nan}, "expects finite uncertainty"),
        ({"bounds": (1.0, 0.0)}, "lower bounds below upper ones"),
        ({"bounds": (np.nan, 1.0)}, "lower bound without NaN"),
        ({"bounds": (np.zeros(3), 1.0)}, r"lower bound as one number or of shape \(6, 12, 12\)"),
        ({"target": -1.0}, "expects positive target"),
        ({"beta": 0.0}, "expects positive beta"),
        ({"base_level": "best"}, "expects base_level to be"),
        ({"initial": np.zeros(3)}, r"expects initial of shape \(6, 12, 12\)"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(change, words):
    A, data, _ = buried_cube()
    arguments = {"data": data, "uncertainty": 1.0, **change}
    with pytest.raises(geoinv.InputError, match=words) as refusal:
        geoinv.invert(A, **arguments)
    assert "\n" not in str(refusal.value)


def test_stations_inside_the_rock_are_refused_but_those_on_its_surface_pass():
    grid = geoinv.Grid.regular((2, 2, 2), (10, 10, 10), (-20, 0, 0))
    inside = geoinv.Survey([5.0, 5.0], [5.0, 5.0], [5.0, -5.0], field=FIELD)
    with pytest.raises(
        geoinv.InputError, match=r"1 of 2 stations lies inside them, .* station 1 .* cell \(1, 0, 0\), 5 m"
    ):
        geoinv.invert(Magnetics(grid, inside), [1.0, 2.0], 1.0)
    air = np.ones(grid.shape, bool)
    air[1, 0, 0] = False
    geoinv.invert(Magnetics(grid.with_active(air), inside), [1.0, 2.0], 10.0)
    on_boundary = geoinv.Survey([10.0, 5.0, 10.0], [10.0, 10.0, 5.0], [-10.0, 0.0, -5.0], field=FIELD)
    assert geoinv.invert(Magnetics(grid.with_active(air), on_boundary), [1.0, 2.0, 3.0], 10.0).reached
    with pytest.raises(
        geoinv.InputError, match=r"2 of 3 stations lie inside them, .* \(0, 0, 0\) and \(1, 1, 1\), 10 m"
    ):
        geoinv.invert(Magnetics(grid, on_boundary), [1.0, 2.0, 3.0], 10.0)


def test_a_survey_outside_the_mesh_is_refused():
    grid = geoinv.Grid.regular((2, 2, 2), (10, 10, 10), (-20, 0, 0))
    survey = geoinv.Survey([500.0], [5.0], [5.0], field=FIELD)
    with pytest.raises(geoinv.InputError, match="expects to lie over the mesh, but its easting runs from 500"):
        geoinv.invert(Magnetics(grid, survey), [1.0], 1.0)


def test_identity_is_a_physics_too():
    solution = geoinv.invert(Identity((30,)), np.sin(np.arange(30.0)), 0.3, geoinv.Smooth(weighting=None))
    assert solution.reached


def test_ten_lines_recover_raglan(shared_data):
    folder = shared_data / "raglan_1997"
    grid = geoinv.formats.read_mesh(folder / "mesh.msh")
    survey = geoinv.formats.read_survey(folder / "obs.mag")
    published = geoinv.formats.read_model(folder / "maginv3d.sus", grid)
    A = Magnetics(grid, survey)
    chi2 = np.mean(((A(published) - survey.data) / survey.uncertainty) ** 2)
    npt.assert_allclose(chi2, 26.917, atol=0.002)
    solution = geoinv.invert(A, survey.data, survey.uncertainty, bounds=(0, np.inf), target=27.0)
    assert solution.reached
    maps = [model.sum(axis=0).ravel() for model in (solution.model, published)]
    assert np.corrcoef(*maps)[0, 1] >= 0.8


def test_the_tutorial_sphere_is_found_where_it_is(shared_data):
    folder = shared_data / "simpeg_mag_tutorial"
    topography = geoinv.formats.read_topography(folder / "magnetics_topo.txt")
    grid = geoinv.formats.read_mesh(folder / "mesh_ubc.msh").with_topography(topography)
    field = geoinv.MainField(90.0, 0.0, 50000.0)
    survey = geoinv.formats.read_survey(folder / "magnetics_data.obs", field=field)
    solution = geoinv.invert(Magnetics(grid, survey), survey.data, 0.442, bounds=(0, np.inf), base_level="fit")
    assert 0.9 <= solution.chi2_per_datum <= 1.1
    heavy = solution.model > 0.5 * solution.model.max()
    mass = (solution.model * grid.volumes)[heavy]
    centres = np.meshgrid(grid.upward, grid.northing, grid.easting, indexing="ij")
    centroid = [float((axis[heavy] * mass).sum() / mass.sum()) for axis in centres]
    assert np.linalg.norm(np.subtract(centroid, [-45.0, 0.0, 0.0])) <= 10.0


def test_a_reference_below_vacuum_is_refused():
    survey = geoinv.Survey([0.0], [0.0], [5.0], field=geoinv.MainField(60.0, 0.0, 50000.0))
    A = Magnetics(geoinv.Grid.regular((1, 1, 2), (5.0, 5.0, 5.0), (-5.0, -5.0, -5.0)), survey)
    with pytest.raises(
        geoinv.InputError, match=r"reference or initial model expects susceptibilities \(SI\) of -1 and more"
    ):
        geoinv.invert(A, [1.0], 0.1, regularizer=geoinv.Smooth(reference=-99.0))
