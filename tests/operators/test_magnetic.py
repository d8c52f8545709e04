"""The magnetic operator against physics: poles, dipoles, spheres, Laplace, Maxwell and symmetry."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import reference
from geoana.em.static import MagneticPrism
from makers import FIELD, prism_matrix
from scipy.integrate import dblquad

import geoinv
from geoinv.conventions.quantities import MAGNETIC_COMPONENTS as COMPONENTS
from geoinv.operators import Magnetics

FIELD_COMPONENTS = ("be", "bn", "bu")
GRADIENTS = ("bee", "ben", "beu", "bnn", "bnu", "buu")
AXES = np.eye(3)
CELL = (-10.0, 20.0, 5.0, 45.0, -30.0, -15.0)
OUTSIDE = np.random.default_rng(0).uniform((-40.0, -30.0, -10.0), (50.0, 80.0, 40.0), (12, 3))


def test_the_truth_itself_is_the_field_of_poles_on_the_faces():
    cell, station = (0.0, 2.0, 0.0, 3.0, -1.0, 0.0), np.array([2.5, -0.5, 0.75])

    def poles(easting: float, northing: float, component: int, height: float) -> float:
        offset = station - (easting, northing, height)
        return float(offset[component] / np.linalg.norm(offset) ** 3)

    for component in range(3):
        top, bottom = (
            dblquad(lambda n, e, h=height: poles(e, n, component, h), 0.0, 2.0, 0.0, 3.0, epsabs=1e-12)[0]  # noqa: B023
            for height in (0.0, -1.0)
        )
        npt.assert_allclose(reference.second_derivatives(cell, station)[component, 2], top - bottom, atol=1e-10)


@pytest.mark.parametrize("engine", ["direct", "gridded", "dense"])
def test_a_cell_gives_the_field_and_the_gradients_of_the_closed_form(engine):
    for station in OUTSIDE:
        field = prism_matrix(CELL, station, FIELD_COMPONENTS, engine=engine)[:, 0]
        gradients = prism_matrix(CELL, station, GRADIENTS, engine=engine)[:, 0]
        truth = reference.field_tensor(CELL, station), reference.gradient_tensor(CELL, station)
        npt.assert_allclose(field, truth[0], rtol=0, atol=1e-12 * abs(truth[0]).max())
        npt.assert_allclose(gradients, truth[1], rtol=0, atol=1e-12 * abs(truth[1]).max())


def test_a_cell_agrees_with_the_prism_of_geoana_outside_and_inside():
    magnetization = np.array([1.0, -2.0, 0.5])
    prism = MagneticPrism(np.array(CELL[::2]), np.array(CELL[1::2]), magnetization)
    inside = np.array([[1.0, 20.0, -20.0], [-9.0, 44.0, -29.0]])
    stations = np.vstack([OUTSIDE, inside])
    ours = prism_matrix(CELL, stations) @ magnetization
    # geoana gives B inside, this operator mu0 H
    theirs = np.asarray(prism.magnetic_field(stations)).T * reference.MU0 * 1e9
    npt.assert_allclose(ours, theirs, rtol=0, atol=1e-9 * abs(theirs).max())


@pytest.mark.parametrize(("widths", "error"), [(5, 2e-4), (10, 1.4e-5), (20, 9e-7), (40, 6e-8)])
def test_a_cube_far_away_is_a_dipole(widths, error):
    directions = np.random.default_rng(1).standard_normal((20, 3))
    stations = 6.0 * widths * directions / np.linalg.norm(directions, axis=1, keepdims=True)
    ours = prism_matrix((-3.0, 3.0, -3.0, 3.0, -3.0, 3.0), stations)
    truth = np.stack([reference.dipole_tensor(station, 6.0**3) for station in stations], axis=1)
    relative = np.linalg.norm(ours - truth, axis=(0, 2)) / np.linalg.norm(truth, axis=(0, 2))
    assert relative.max() < 2 * error
    assert relative.max() > 0.2 * error  # a cube is no dipole: the next term is there


def test_gradients_of_a_cube_far_away_are_those_of_a_dipole():
    station, step = np.array([60.0, -80.0, 100.0]), 1e-2
    ours = prism_matrix((-1.0, 1.0, -1.0, 1.0, -1.0, 1.0), station, GRADIENTS)[:, 0]
    change = [
        (reference.dipole_tensor(station + step * axis, 8.0) - reference.dipole_tensor(station - step * axis, 8.0))
        / (2 * step)
        for axis in AXES
    ]
    truth = np.stack([change["enu".index(name[2])]["enu".index(name[1])] for name in GRADIENTS])
    npt.assert_allclose(ours, truth, rtol=0, atol=1e-6 * abs(truth).max())


def test_a_sphere_made_of_cells_has_the_field_of_a_dipole_at_its_centre():
    radius, count, parts = 10.0, 20, 8
    grid = geoinv.Grid.regular((count,) * 3, (2 * radius / count,) * 3, (-radius,) * 3)
    fine = -radius + 2 * radius * (np.arange(count * parts) + 0.5) / (count * parts)
    within = fine[:, None, None] ** 2 + fine[:, None] ** 2 + fine**2 <= radius**2
    filled = within.reshape(count, parts, count, parts, count, parts).mean(axis=(1, 3, 5))
    stations = 1.5 * radius * OUTSIDE / np.linalg.norm(OUTSIDE, axis=1, keepdims=True)
    survey = geoinv.Survey(*stations.T, components=FIELD_COMPONENTS, field=FIELD)
    susceptibility = 0.05
    ours = Magnetics(grid, survey, engine="direct")(susceptibility * filled)
    magnetization = susceptibility * FIELD.intensity * 1e-9 / reference.MU0 * FIELD.direction
    volume = 4 / 3 * np.pi * radius**3
    truth = np.stack([reference.dipole_tensor(station, volume) @ magnetization for station in stations], axis=1)
    npt.assert_allclose(ours, truth, rtol=0, atol=1e-3 * abs(truth).max())


def test_gradients_are_the_derivatives_of_the_field():
    step = 1e-3
    for station in OUTSIDE:
        around = np.vstack([station + sign * step * axis for axis in AXES for sign in (1, -1)])
        field = prism_matrix(CELL, around)
        change = (field[:, ::2] - field[:, 1::2]) / (2 * step)
        gradients = prism_matrix(CELL, station, GRADIENTS)[:, 0]
        for name, row in zip(GRADIENTS, gradients, strict=True):
            i, j = "enu".index(name[1]), "enu".index(name[2])
            npt.assert_allclose(row, change[i, j], rtol=0, atol=1e-7 * abs(gradients).max())


def test_outside_the_field_has_no_sources_and_no_curl():
    step = 1e-3
    for station in OUTSIDE:
        around = np.vstack([station + sign * step * axis for axis in AXES for sign in (1, -1)])
        field = prism_matrix(CELL, around)
        change = (field[:, ::2] - field[:, 1::2]) / (2 * step)  # component, direction, unknown
        size = abs(change).max()
        npt.assert_allclose(np.trace(change), 0.0, atol=1e-7 * size)
        npt.assert_allclose(change - change.transpose(1, 0, 2), 0.0, atol=1e-7 * size)
        ee, nn, uu = prism_matrix(CELL, station, ("bee", "bnn", "buu"))[:, 0]
        npt.assert_allclose(ee + nn + uu, 0.0, atol=1e-13 * size)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_mirror_changes_the_sign_of_what_points_through_it(axis):
    turn = np.ones(3)
    turn[axis] = -1.0
    cell = np.reshape(CELL, (3, 2)).copy()
    cell[axis] = -cell[axis, ::-1]
    mirrored = tuple(cell.ravel())
    field = prism_matrix(CELL, OUTSIDE)
    npt.assert_allclose(
        prism_matrix(mirrored, OUTSIDE * turn),
        field * turn[:, None, None] * turn,
        rtol=0,
        atol=1e-13 * abs(field).max(),
    )
    gradients = prism_matrix(CELL, OUTSIDE, GRADIENTS)
    signs = np.array([turn["enu".index(name[1])] * turn["enu".index(name[2])] for name in GRADIENTS])
    npt.assert_allclose(
        prism_matrix(mirrored, OUTSIDE * turn, GRADIENTS),
        gradients * signs[:, None, None] * turn,
        rtol=0,
        atol=1e-13 * abs(gradients).max(),
    )


def test_the_field_along_i_of_a_magnetization_along_j_is_the_reverse():
    field = prism_matrix(CELL, OUTSIDE)
    npt.assert_allclose(field, field.transpose(2, 1, 0), rtol=0, atol=1e-14 * abs(field).max())


def test_a_cell_and_a_station_that_change_places_feel_the_same():
    # point cells: each feels the other's field
    here, there = np.array([3.0, -7.0, 20.0]), np.array([-11.0, 4.0, -5.0])
    half = 1e-2

    def around(centre: np.ndarray) -> tuple[float, ...]:
        return tuple(np.column_stack([centre - half, centre + half]).ravel())

    one = prism_matrix(around(there), here)[:, 0]
    other = prism_matrix(around(here), there)[:, 0]
    npt.assert_allclose(one, other.T, rtol=1e-6)


@pytest.mark.parametrize("components", [("tmi", *FIELD_COMPONENTS), GRADIENTS], ids=["field", "gradients"])
def test_a_cell_split_into_parts_has_the_same_field(components):
    west, east, south, north, bottom, top = CELL
    special = [(20.0, 45.0, 10.0), (20.0, 60.0, -15.0), (5.0, 25.0, -15.0), (-10.0, 10.0, -20.0), (4.0, 12.0, -21.0)]
    stations = np.vstack([OUTSIDE, special])
    survey = geoinv.Survey(*stations.T, components=components, field=FIELD)
    whole = Magnetics(geoinv.Grid([west, east], [south, north], [bottom, top]), survey, unknown="magnetization")
    parts = geoinv.Grid([west, -3.0, 7.5, east], [south, 20.0, 31.0, north], [bottom, -24.0, top])
    split = Magnetics(parts, survey, engine="direct", unknown="magnetization")
    magnetization = np.array([0.3, -1.0, 2.0])[:, None, None, None]
    expected = whole(np.broadcast_to(magnetization, whole.domain_shape))
    result = split(np.broadcast_to(magnetization, split.domain_shape))
    npt.assert_allclose(result, expected, rtol=0, atol=1e-12 * abs(expected).max())


def test_fields_of_bodies_add_up():
    grid = geoinv.Grid.regular((2, 3, 4), (10.0, 10.0, 10.0), (-20.0, 0.0, 0.0))
    survey = geoinv.Survey(*OUTSIDE.T, components=COMPONENTS, field=FIELD)
    A = Magnetics(grid, survey, engine="direct")
    one, other = np.random.default_rng(2).random((2, *grid.shape))
    expected = A(one) - 3.0 * A(other)
    npt.assert_allclose(A(one - 3.0 * other), expected, rtol=0, atol=1e-13 * abs(expected).max())


@pytest.mark.parametrize("engine", ["direct", "gridded", "dense"])
@pytest.mark.parametrize("direction", [None, (10.0, -70.0)])
def test_tmi_is_the_projection_on_the_anomaly_direction(engine, direction):
    easting, northing = (c.ravel() for c in np.meshgrid(np.arange(0.0, 50.0, 10.0), np.arange(5.0, 35.0, 10.0)))
    grid = geoinv.Grid.regular((2, 3, 4), (10.0, 10.0, 10.0), (-20.0, 0.0, 0.0))
    survey = geoinv.Survey(
        easting,
        northing,
        np.full(easting.size, 2.0),
        components=("bu", "tmi", "bn", "be"),
        field=FIELD,
        anomaly_direction=direction,
    )
    bu, tmi, bn, be = Magnetics(grid, survey, engine=engine)(np.random.default_rng(3).random(grid.shape))
    inclination, declination = np.radians((FIELD.inclination, FIELD.declination) if direction is None else direction)
    expected = np.cos(inclination) * (np.sin(declination) * be + np.cos(declination) * bn) - np.sin(inclination) * bu
    npt.assert_allclose(tmi, expected, rtol=0, atol=1e-12 * abs(expected).max())


def test_susceptibility_is_magnetization_along_the_field_of_chi_b0_over_mu0():
    grid = geoinv.Grid.regular((2, 3, 4), (10.0, 10.0, 10.0), (-20.0, 0.0, 0.0))
    survey = geoinv.Survey(*OUTSIDE.T, components=COMPONENTS, field=FIELD)
    susceptibility = np.random.default_rng(4).random(grid.shape)
    strength = FIELD.intensity * 1e-9 / reference.MU0
    magnetization = strength * FIELD.direction[:, None, None, None] * susceptibility
    induced = Magnetics(grid, survey, engine="direct")(susceptibility)
    given = Magnetics(grid, survey, engine="direct", unknown="magnetization")(magnetization)
    for one, other in zip(given, induced, strict=True):
        npt.assert_allclose(one, other, rtol=0, atol=1e-12 * abs(other).max())


def test_a_body_under_a_vertical_field_makes_a_positive_anomaly_above_it_and_a_negative_one_beside():
    grid = geoinv.Grid.regular((1, 1, 1), (10.0, 10.0, 10.0), (-20.0, -5.0, -5.0))
    for inclination in (90.0, -90.0):
        survey = geoinv.Survey([0.0, 40.0], [0.0, 0.0], [0.0, 0.0], field=geoinv.MainField(inclination, 0.0, 5e4))
        above, beside = Magnetics(grid, survey)(np.full(grid.shape, 0.01))[0]
        assert above > 0.0 > beside


def test_a_body_at_the_magnetic_equator_makes_a_negative_anomaly_above_it():
    grid = geoinv.Grid.regular((1, 1, 1), (10.0, 10.0, 10.0), (-20.0, -5.0, -5.0))
    survey = geoinv.Survey([0.0, 0.0], [0.0, 40.0], [0.0, 0.0], field=geoinv.MainField(0.0, 0.0, 3e4))
    above, north = Magnetics(grid, survey)(np.full(grid.shape, 0.01))[0]
    assert above < 0.0 < north
