"""Theorem 3.2: the path exists, and never climbs."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from scipy.optimize import approx_fprime

from geoinv.core.checks import InputError
from geoinv.experiments.bypass import MountainBypass, TwoValleys, route_over_pass, run
from geoinv.experiments.double_well import DoubleWell
from geoinv.experiments.shared.preset import RunSettings

TIMES = np.linspace(0.0, 1.0, 1001)
LANDSCAPES = {"double well": (DoubleWell(), [0.0]), "two valleys": (TwoValleys(), [0.3, -0.6])}


@pytest.fixture(scope="module", params=LANDSCAPES)
def built(request):
    landscape, near = LANDSCAPES[request.param]
    route = route_over_pass(landscape.objective, landscape.gradient, np.array(near))
    random = np.random.default_rng(7)
    n = route.shape[1]
    bypass = MountainBypass(landscape.objective, route, random.standard_normal((n, 2 * n)), 3.0 * np.ones(n))
    return landscape, route, bypass


def test_the_gradient_of_the_valleys_is_that_of_finite_differences():
    f = TwoValleys()
    for point in np.random.default_rng(2).uniform(-1.5, 1.5, (6, 2)):
        npt.assert_allclose(f.gradient(point), approx_fprime(point, f.objective, 1e-7), atol=1e-5)


def test_the_route_joins_two_minima_over_the_pass(built):
    landscape, route, _ = built
    for place in (0, int(np.argmax(landscape.objective(route))), -1):
        npt.assert_allclose(landscape.gradient(route[place]), 0.0, atol=1e-7)
    heights = landscape.objective(route)
    top = int(np.argmax(heights))
    assert (np.diff(heights[: top + 1]) > 0.0).all()
    assert (np.diff(heights[top:]) < 0.0).all()
    assert heights[0] > heights[-1]


def test_the_pass_of_the_double_well_is_where_the_polynomial_says():
    well = DoubleWell()
    route = route_over_pass(well.objective, well.gradient, np.array([0.0]))
    found = [route[0, 0], route[np.argmax(well.objective(route)), 0], route[-1, 0]]
    npt.assert_allclose(found, well.critical_points(), atol=1e-8)


def test_the_two_legs_differ_in_height_as_the_proof_needs(built):
    landscape, _, bypass = built
    half = TIMES[TIMES <= 0.5]
    there, back = (landscape.objective(bypass.path_in_x(t)) for t in (half, 1.0 - half))
    expected = (bypass.start - bypass.end) * (1.0 - 2.0 * half) ** 2
    npt.assert_allclose(there - back, expected, atol=1e-10)


def test_omega_is_the_mean_height_of_the_two_legs_below_that_of_the_minima(built):
    landscape, _, bypass = built
    f = landscape.objective
    y = (TIMES * (1.0 - TIMES))[:, None] * bypass.direction
    mean = (f(bypass.path_in_x(TIMES)) + f(bypass.path_in_x(1.0 - TIMES))) / 2.0
    npt.assert_allclose(bypass.omega(y), (bypass.start + bypass.end) / 2.0 - mean, atol=1e-10)
    assert bypass.omega(np.zeros_like(bypass.direction)) == 0.0


def test_omega_is_continuously_differentiable(built):
    bypass = built[2]
    s, step = np.linspace(-0.5, 1.0, 3001), 1e-6
    slope = (
        bypass.omega((s + step)[:, None] * bypass.direction) - bypass.omega((s - step)[:, None] * bypass.direction)
    ) / (2.0 * step)
    bend = 16.0 * (bypass.ridge - (bypass.start + bypass.end) / 2.0)
    assert np.abs(np.diff(slope)).max() <= 1.01 * bend * (s[1] - s[0])


def test_psi_never_rises_along_the_path_and_f_must(built):
    landscape, _, bypass = built
    psi = bypass.psi(bypass.path(TIMES))
    assert np.diff(psi).max() < 0.0
    npt.assert_allclose(psi[[0, 500, -1]], [bypass.start, (bypass.start + bypass.end) / 2.0, bypass.end], atol=1e-10)
    assert landscape.objective(bypass.path_in_x(TIMES)).max() > bypass.start + 0.5


def test_the_path_in_z_is_seen_by_the_embedding_as_the_path_in_x(built):
    bypass = built[2]
    z = bypass.path(TIMES)
    npt.assert_allclose(z @ bypass.E.T, bypass.path_in_x(TIMES), atol=1e-12)
    npt.assert_allclose(z @ bypass.Y, (TIMES * (1.0 - TIMES))[:, None] * bypass.direction, atol=1e-12)
    npt.assert_allclose(bypass.E @ bypass.Y, 0.0, atol=1e-12)


def test_the_gradient_of_psi_is_that_of_finite_differences(built):
    landscape, _, bypass = built
    for z in bypass.path(np.array([0.1, 0.4, 0.8])) + 0.01:
        expected = approx_fprime(z, bypass.psi, 1e-7)
        npt.assert_allclose(bypass.psi_gradient(landscape.gradient, z), expected, rtol=1e-4, atol=1e-4)


def test_what_the_theorem_does_not_cover_is_refused(built):
    landscape, route, bypass = built
    n = route.shape[1]
    with pytest.raises(InputError, match="turn the route"):
        MountainBypass(landscape.objective, route[::-1], bypass.E, bypass.direction)
    with pytest.raises(InputError, match="more columns than rows"):
        MountainBypass(landscape.objective, route, np.eye(n), bypass.direction)
    with pytest.raises(InputError, match="expects a pass near"):
        route_over_pass(landscape.objective, landscape.gradient, route[0])


def test_the_experiment_reaches_every_limit(tmp_path):
    table = run(RunSettings("quick", 0, tmp_path))
    assert [row.case for row in table.rows] == 5 * ["double well"] + 5 * ["two valleys"]
    for row in table.rows:
        assert row.value == pytest.approx(row.limit, abs=1e-5), row
    assert 0 < (tmp_path / "bypass.png").stat().st_size < 200_000
