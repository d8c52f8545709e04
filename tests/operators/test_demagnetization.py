"""Self-demagnetization beside closed forms of a cube, a sphere and an ellipsoid; its Jacobian by finite differences."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from makers import FIELD, holes

import geoinv
from geoinv import InputError
from geoinv.operators import Gravity, Magnetics, SelfDemagnetization

MU0 = 1.25663706212e-6
"""T m/A, CODATA 2018, typed again so that the package's own constant is checked."""

GRID = geoinv.Grid.regular((3, 4, 5), (8.0, 10.0, 12.5), (-30.0, 100.0, -30.0))


def above(grid: geoinv.Grid, components: tuple[str, ...] = ("tmi", "be", "bn", "bu")) -> geoinv.Survey:
    low, high = grid.easting_edges[[0, -1]]
    easting, northing = np.meshgrid(np.linspace(low, high, 4), np.linspace(*grid.northing_edges[[0, -1]], 3))
    height = np.full(easting.size, grid.upward_edges[-1] + 0.4 * (high - low))
    return geoinv.Survey(easting.ravel(), northing.ravel(), height, components=components, field=FIELD)


def ball(count: int, axes: tuple[float, float, float] = (48.0, 48.0, 48.0)) -> tuple[geoinv.Grid, np.ndarray]:
    """Mesh of `count` cells across, and those of an ellipsoid of semi-axes along easting, northing, upward."""
    edges = np.linspace(-50.0, 50.0, count + 1)
    grid = geoinv.Grid(edges, edges, edges)
    up, north, east = np.meshgrid(grid.upward, grid.northing, grid.easting, indexing="ij")
    return grid, (east / axes[0]) ** 2 + (north / axes[1]) ** 2 + (up / axes[2]) ** 2 <= 1.0


@pytest.mark.parametrize("chi", [0.1, 1.0, 20.0])
def test_a_cube_has_the_factor_one_third(chi):
    grid = geoinv.Grid.regular((1, 1, 1), (10.0, 10.0, 10.0))
    model = np.full(grid.shape, chi)
    survey = above(grid)
    npt.assert_allclose(
        SelfDemagnetization(grid, survey)(model), Magnetics(grid, survey)(model) / (1.0 + chi / 3.0), rtol=1e-6
    )


@pytest.mark.parametrize("chi", [0.5, 2.0])
def test_a_sphere_has_the_field_of_the_dipole_of_its_closed_form(chi):
    grid, body = ball(16)
    distance = 300.0
    turns = np.array([[0.0, 0.0, 1.0], [0.6, 0.0, 0.8], [0.0, -0.8, 0.6], [0.48, 0.64, 0.6]])
    survey = geoinv.Survey(*(distance * turns).T, components=("be", "bn", "bu"), field=FIELD)
    data = SelfDemagnetization(grid, survey)(np.where(body, chi, 0.0)).T
    strength = FIELD.intensity * 1e-9 / MU0
    moment = 3.0 * chi / (3.0 + chi) * strength * FIELD.direction * float(grid.volumes[body].sum())
    dipole = 1e9 * MU0 / (4.0 * np.pi) * (3.0 * turns * (turns @ moment)[:, None] - moment) / distance**3
    assert np.linalg.norm(data - dipole) <= 0.02 * np.linalg.norm(dipole)


def filled(count: int, axes: tuple[float, float, float], parts: int = 8) -> tuple[geoinv.Grid, np.ndarray]:
    """Mesh of `count` cells across, and the part of each that an ellipsoid takes, by counting finer cells."""
    fine, inside = ball(count * parts, axes)
    part = inside.reshape(count, parts, count, parts, count, parts).mean(axis=(1, 3, 5))
    return geoinv.Grid(
        *(edges[::parts] for edges in (fine.easting_edges, fine.northing_edges, fine.upward_edges))
    ), part


def prolate(ratio: float) -> np.ndarray:
    """Demagnetizing factors of a prolate spheroid along its axis and across it (Osborn 1945, eq. 2.18)."""
    root = np.sqrt(ratio**2 - 1.0)
    along = (ratio / root * np.log(ratio + root) - 1.0) / root**2
    return np.array([along, 0.5 * (1.0 - along), 0.5 * (1.0 - along)])


def test_an_ellipsoid_of_whole_cells_has_its_demagnetizing_factors():
    grid, body = ball(20, (48.0, 24.0, 24.0))
    magnetization = SelfDemagnetization(grid, above(grid)).magnetization(np.where(body, 1.0, 0.0))
    strength = FIELD.intensity * 1e-9 / MU0
    expected = strength * FIELD.direction / (1.0 + prolate(2.0))
    npt.assert_allclose(magnetization[:, body].mean(axis=1), expected, rtol=0.02)
    assert not magnetization[:, ~body].any()


@pytest.mark.parametrize("chi", [0.1, 1.0, 10.0])
@pytest.mark.parametrize(
    ("axes", "factors"),
    [((48.0, 48.0, 48.0), np.full(3, 1.0 / 3.0)), ((48.0, 24.0, 24.0), prolate(2.0))],
    ids=["sphere", "prolate spheroid"],
)
def test_cells_that_a_surface_cuts_have_the_moment_of_the_smooth_body(axes, factors, chi):
    grid, part = filled(16, axes)
    A = SelfDemagnetization(grid, above(grid), fill=part)
    mean = A.magnetization(np.full(grid.shape, chi)).sum(axis=(1, 2, 3)) / part.sum()
    strength = FIELD.intensity * 1e-9 / MU0
    npt.assert_allclose(mean, strength * chi * FIELD.direction / (1.0 + chi * factors), rtol=0.02)


def test_a_thin_sheet_has_the_factor_one_across_and_zero_along():
    chi, count = 4.0, 31
    grid = geoinv.Grid.regular((1, count, count), (1.0, 10.0, 10.0), (-0.5, -5.0 * count, -5.0 * count))
    strength = FIELD.intensity * 1e-9 / MU0
    magnetization = SelfDemagnetization(grid, above(grid)).magnetization(np.full(grid.shape, chi))
    middle = magnetization[:, 0, count // 2, count // 2]
    npt.assert_allclose(middle / (strength * FIELD.direction), [chi, chi, chi / (1.0 + chi)], rtol=0.01)


def test_a_body_in_a_padded_mesh_is_magnetized_as_in_one_of_equal_cells():
    edges, wide = np.arange(-15.0, 16.0, 10.0), np.array([-60.0, -30.0, -15.0, -5.0, 5.0, 15.0, 30.0, 70.0])
    equal, padded = geoinv.Grid(edges, edges, edges), geoinv.Grid(wide, wide, wide)
    chi = np.random.default_rng(6).uniform(0.0, 4.0, equal.shape)
    inside = (slice(None), *3 * (slice(2, 5),))
    survey = above(padded)
    expected = SelfDemagnetization(equal, survey).magnetization(chi)
    outside = np.zeros(padded.shape)
    outside[inside[1:]] = chi
    for mesh in (padded, padded.with_active(outside > 0.0)):
        A = SelfDemagnetization(mesh, survey)
        found = A.magnetization(outside)
        npt.assert_allclose(found[inside], expected, rtol=0, atol=1e-5 * abs(expected).max())
        assert A.linearise(outside).dot_test(draws=2) <= 1e-5
    npt.assert_allclose(A(outside), SelfDemagnetization(equal, survey)(chi), rtol=1e-4)


def test_an_octree_of_equal_cells_has_the_field_of_the_grid():
    discretize = pytest.importorskip("discretize")
    tree = discretize.TreeMesh([[10.0] * 4] * 3, origin=[-20.0, -20.0, -20.0], diagonal_balance=True)
    tree.refine(2)
    octree = geoinv.OctreeGrid.from_discretize(tree)
    edges = np.linspace(-20.0, 20.0, 5)
    grid = geoinv.Grid(edges, edges, edges)
    survey, chi = above(grid), np.full(grid.shape, 2.0)
    expected = SelfDemagnetization(grid, survey)(chi)
    found = SelfDemagnetization(octree, survey)(np.full(octree.shape, 2.0))
    npt.assert_allclose(found, expected, rtol=0, atol=1e-4 * abs(expected).max())


def test_weak_rock_has_the_field_of_magnetics():
    grid = GRID.with_active(holes(GRID.shape))
    chi = np.random.default_rng(2).uniform(0.0, 1e-7, grid.shape)
    survey = above(grid)
    A = SelfDemagnetization(grid, survey, engine="dense")
    expected = Magnetics(grid, survey, engine="dense")(chi)
    npt.assert_allclose(A(chi), expected, rtol=0, atol=1e-6 * abs(expected).max())
    chi[~grid.active] = np.nan
    npt.assert_allclose(A(chi), expected, rtol=0, atol=1e-6 * abs(expected).max())


def test_the_jacobian_is_the_derivative_and_has_its_adjoint():
    grid, random = GRID.with_active(holes(GRID.shape)), np.random.default_rng(3)
    A = SelfDemagnetization(grid, above(grid), engine="dense")
    chi, change = random.uniform(0.0, 3.0, (2, *grid.shape))
    _check_derivative(A, chi, change)
    part = random.uniform(0.0, 1.0, grid.shape)
    part[1, 2] = 0.0
    _check_derivative(SelfDemagnetization(grid, above(grid), engine="dense", fill=part), chi, change)


def _check_derivative(A, chi, change):
    J, grid = A.linearise(chi), A.mesh
    step = 1e-4
    slope = (A(chi + step * change) - A(chi - step * change)) / (2.0 * step)
    npt.assert_allclose(J(change), slope, rtol=0, atol=1e-6 * abs(slope).max())
    assert J.dot_test() <= 1e-8
    assert not J.T(np.ones(J.range_shape))[~grid.active].any()


def test_strong_rock_is_inverted_with_its_jacobian():
    grid, body = geoinv.Grid.regular((2, 4, 5), (20.0, 20.0, 20.0), (-40.0, 0.0, 0.0)), np.zeros((2, 4, 5))
    body[:, 1:3, 2:4] = 2.0
    easting, northing = (axis.ravel() for axis in np.meshgrid(grid.easting, grid.northing))
    survey = geoinv.Survey(easting, northing, np.full(easting.size, 10.0), field=FIELD)
    A = SelfDemagnetization(grid, survey, engine="dense")
    data = A(body)
    noise = 0.1 * abs(data).max()
    data += noise * np.random.default_rng(4).standard_normal(data.shape)
    solution = geoinv.invert(A, data, uncertainty=noise, bounds=(0.0, np.inf))
    assert solution.reached
    misfit = np.mean(((A(solution.model) - data) / noise) ** 2)
    assert 0.8 <= misfit <= 1.2


def test_what_it_does_not_take_is_refused():
    survey = above(GRID)
    gravity = geoinv.Survey(survey.easting, survey.northing, survey.upward, components=("gz",))
    with pytest.raises(InputError, match="expects magnetic components"):
        SelfDemagnetization(GRID, gravity)
    A = SelfDemagnetization(GRID, survey)
    with pytest.raises(InputError, match=r"susceptibilities \(SI\) of -1 and more, got -1.5 at"):
        A(np.full(GRID.shape, -1.5))
    with pytest.raises(InputError, match="susceptibility in active cells"):
        A(np.full(GRID.shape, np.nan))
    with pytest.raises(InputError, match=r"shape \(3, 4, 5\)"):
        A(np.zeros(60))
    for fill, message in (
        (np.ones(60), r"shape \(3, 4, 5\)"),
        (np.full(GRID.shape, 1.2), "expects fill from 0 to 1, the part of each cell that rock takes, got 1.2"),
        (np.full(GRID.shape, -0.2), "got -0.2"),
        (np.full(GRID.shape, np.nan), "fill in active cells"),
    ):
        with pytest.raises(InputError, match=message):
            SelfDemagnetization(GRID, survey, fill=fill)
    assert isinstance(Gravity(GRID, gravity), geoinv.LinearOperator)
