"""Example 3.3: descent in x and in the lifted z."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from scipy.optimize import approx_fprime, brute, minimize_scalar

from geoinv.core.checks import InputError
from geoinv.experiments.double_well import DoubleWell, descend, run
from geoinv.experiments.shared.preset import RunSettings

WELL = DoubleWell()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("double-well")


@pytest.fixture(scope="module")
def table(folder):
    return run(RunSettings("quick", 0, folder))


def value(table, case, words):
    (row,) = [row for row in table.rows if row.case == case and words in row.metric]
    return row


@pytest.mark.parametrize("coordinates", [1, 2])
def test_the_gradient_is_that_of_finite_differences(coordinates):
    for point in np.random.default_rng(1).uniform(-2.0, 2.0, (5, coordinates)):
        npt.assert_allclose(WELL.gradient(point), approx_fprime(point, WELL.objective, 1e-7), rtol=1e-4, atol=1e-3)


def test_the_roots_are_the_minima_and_the_pass_that_a_search_finds():
    def along(x):
        return float(WELL.objective(np.array([x])))

    left = minimize_scalar(along, bounds=(-1.5, -0.5), options={"xatol": 1e-9}).x
    right = minimize_scalar(along, bounds=(0.5, 1.5), options={"xatol": 1e-9}).x
    ridge = minimize_scalar(lambda x: -along(x), bounds=(-0.5, 0.5), options={"xatol": 1e-9}).x
    npt.assert_allclose(WELL.critical_points(), [left, ridge, right], atol=1e-6)
    assert abs(WELL.critical_points()[2] - 0.965) < 5e-4


def test_the_lifted_minimum_is_at_the_datum_and_no_point_is_lower():
    lifted = brute(lambda z: float(WELL.objective(z)), ((-2.0, 2.0), (0.0, 2.0)), Ns=60)
    npt.assert_allclose(lifted, [0.3, np.sqrt(0.91)], atol=1e-4)


def test_a_datum_with_one_well_left_is_refused():
    with pytest.raises(InputError, match="smaller datum"):
        DoubleWell(datum=5.0).critical_points()


def test_descent_says_when_it_does_not_end():
    with pytest.raises(InputError, match="1 starts still move"):
        descend(lambda z: np.ones_like(z), np.zeros((1, 1)), step=0.1, most=10)


def test_half_of_the_starts_are_trapped_in_x(table):
    row = value(table, "in x", "share")
    deviation = np.sqrt(row.limit * (1.0 - row.limit) / 1000.0)
    assert abs(row.value - row.limit) < 4.0 * deviation
    assert 0.4 < row.limit < 0.6


def test_every_start_reaches_a_minimum_of_the_lifted_problem(table):
    assert value(table, "in z", "share").value == 1.0
    assert value(table, "in z", "least objective").value < 1e-12


def test_the_lifted_minimum_is_not_the_map_in_x(table):
    distance = value(table, "in z", "distance")
    npt.assert_allclose(distance.value, distance.limit, rtol=1e-8)
    npt.assert_allclose(distance.limit, 0.965 - 0.3, atol=5e-4)
    excess = value(table, "in z", "excess")
    npt.assert_allclose(excess.value, 0.91**2 / 0.1 - WELL.objective(np.array([0.964897])), rtol=1e-4)


def test_figure_3_is_drawn(table, folder):
    picture = (folder / "figure3.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 200_000
