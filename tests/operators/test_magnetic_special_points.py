"""The magnetic operator where textbook formulas fail: on faces, edges and corners, in line with them, inside."""

from __future__ import annotations

import re
from functools import cache
from itertools import product

import numpy as np
import numpy.testing as npt
import pytest
import reference
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import ENGINES, FIELD, prism_matrix

import geoinv
from geoinv.conventions.quantities import MAGNETIC_COMPONENTS as COMPONENTS
from geoinv.operators import Magnetics

FIELD_COMPONENTS = ("be", "bn", "bu")
GRADIENTS = ("bee", "ben", "beu", "bnn", "bnu", "buu")
CELL = (-10.0, 20.0, 5.0, 45.0, -30.0, -15.0)
CENTRE = np.array([3.0, 21.0, -22.0])  # of no symmetry
SIDES = list(product((0, 1, 2), (0, 1)))
SIDE_NAMES = [("west", "east"), ("south", "north"), ("bottom", "top")]


def assert_near(result: np.ndarray, truth: np.ndarray, relative: float) -> None:
    npt.assert_allclose(result, truth, rtol=0, atol=relative * abs(truth).max())


def values_along(axis: int) -> list[float]:
    """Coordinates before, on, between and beyond the edges of the cell."""
    low, high = CELL[2 * axis : 2 * axis + 2]
    return [low - 4.0, low, low + 7.0, high, high + 11.0]


def on_an_edge(station: tuple[float, ...]) -> bool:
    edges = [CELL[2 * axis : 2 * axis + 2] for axis in range(3)]
    within = all(low <= value <= high for value, (low, high) in zip(station, edges, strict=True))
    return within and sum(value in pair for value, pair in zip(station, edges, strict=True)) >= 2


def outward(station: tuple[float, ...]) -> list[float]:
    """Direction away from every plane that the station lies on, each at its own rate."""
    return [
        (1.0 + 0.3 * axis) * (-1.0 if value == CELL[2 * axis] else 1.0) * (value in CELL[2 * axis : 2 * axis + 2])
        for axis, value in enumerate(station)
    ]


@cache
def limit_from_outside(station: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Field and gradients in many digits, once for all engines."""
    towards = outward(station)
    return reference.field_tensor(CELL, station, towards), reference.gradient_tensor(CELL, station, towards)


ALIGNED = [station for station in product(*map(values_along, range(3))) if not on_an_edge(station)]
EDGES = [station for station in product(*map(values_along, range(3))) if on_an_edge(station)]


@pytest.mark.parametrize("engine", ENGINES)
def test_in_line_with_edges_on_faces_and_inside_the_value_is_the_limit_from_outside(engine):
    stations = np.array(ALIGNED)
    if engine == "gridded":  # one height, whole cells apart: only by single stations
        field, gradients = (
            np.concatenate([prism_matrix(CELL, station, names, engine=engine) for station in stations], axis=1)
            for names in (FIELD_COMPONENTS, GRADIENTS)
        )
    else:
        field, gradients = (
            prism_matrix(CELL, stations, names, engine=engine) for names in (FIELD_COMPONENTS, GRADIENTS)
        )
    for index, station in enumerate(ALIGNED):
        exact_field, exact_gradients = limit_from_outside(station)
        assert_near(field[:, index], exact_field, 1e-12)
        assert_near(gradients[:, index], exact_gradients, 1e-12)


@pytest.mark.parametrize(("axis", "side"), SIDES, ids=[SIDE_NAMES[axis][side] for axis, side in SIDES])
def test_on_a_face_the_value_is_that_just_outside_it(axis, side):
    on, outside = CENTRE.copy(), CENTRE.copy()
    on[axis] = CELL[2 * axis + side]
    outside[axis] = on[axis] + 1e-9 * (2 * side - 1)
    for names in (("tmi", *FIELD_COMPONENTS), GRADIENTS):
        for unknown in ("susceptibility", "magnetization"):
            field = prism_matrix(CELL, [on, outside], names, unknown)
            assert_near(field[:, 0], field[:, 1], 1e-9)


@pytest.mark.parametrize(("axis", "side"), SIDES, ids=[SIDE_NAMES[axis][side] for axis, side in SIDES])
def test_through_a_face_b_is_continuous_along_the_normal_and_h_across_it(axis, side):
    inside, outside = CENTRE.copy(), CENTRE.copy()
    inside[axis] = outside[axis] = CELL[2 * axis + side]
    inside[axis] -= 1e-9 * (2 * side - 1)
    outside[axis] += 1e-9 * (2 * side - 1)
    mu0_h, b = np.moveaxis(prism_matrix(CELL, [inside, outside]), 1, 0)
    jump = np.zeros((3, 3))
    jump[axis, axis] = reference.MU0 * 1e9  # B = mu0 (H + M) inside, for 1 A/m
    assert_near(b - mu0_h, jump, 1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_inside_the_value_is_mu0_h_whose_sources_are_the_magnetization(engine):
    inside = [(0.0, 20.0, -20.0), (-9.9, 5.1, -15.1), (19.0, 44.0, -29.5)]
    for station in inside:
        result = prism_matrix(CELL, station, engine=engine)[:, 0]
        assert_near(result, reference.field_tensor(CELL, station), 1e-13)
        npt.assert_allclose(np.trace(result), -reference.MU0 * 1e9, rtol=1e-13)


def test_at_the_centre_of_a_cube_the_demagnetizing_factor_is_a_third():
    result = prism_matrix((-2.0, 2.0, -2.0, 2.0, -2.0, 2.0), (0.0, 0.0, 0.0))[:, 0]
    npt.assert_allclose(result, -np.eye(3) / 3 * reference.MU0 * 1e9, atol=1e-13)


@pytest.mark.parametrize("engine", ["direct", "dense"])
def test_on_edges_and_corners_the_value_is_finite_and_of_the_size_of_the_field(engine):
    field = prism_matrix(CELL, EDGES, ("tmi", *FIELD_COMPONENTS), engine=engine)
    assert len(EDGES) == 20
    assert abs(field).max() < 20 * reference.MU0 * 1e9
    assert np.isfinite(prism_matrix(CELL, EDGES, GRADIENTS, engine=engine)).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_on_the_top_of_a_uniform_layer_edges_and_corners_do_not_show(engine):
    grid = geoinv.Grid.regular((2, 3, 3), (15.0, 40.0, 30.0), (-30.0, 5.0, -10.0))
    lines = ([20.0, 50.0, 35.0, 35.0], [60.0, 60.0, 45.0, 85.0])  # two on an edge along northing, two along easting
    corners = ([20.0, 50.0, 20.0, 50.0], [45.0, 45.0, 85.0, 85.0])
    stations = np.hstack([lines, corners])
    for names in (("tmi", *FIELD_COMPONENTS), GRADIENTS):
        merged = prism_matrix((-10.0, 80.0, 5.0, 125.0, -30.0, 0.0), np.vstack([stations, np.zeros(8)]).T, names)
        for station in range(8):  # each a regular survey of its own
            survey = geoinv.Survey(*stations[:, [station]], [0.0], components=names, field=FIELD)
            A = Magnetics(grid, survey, engine=engine, unknown="magnetization")
            cells = A.to_dense().reshape(len(names), 3, -1).sum(axis=2)
            assert_near(cells, merged[:, station], 1e-12)


def test_two_cells_that_share_an_edge_or_a_corner_of_the_top_sum_to_the_merged_cell():
    together = (-10.0, 50.0, 5.0, 45.0, -30.0, -15.0)
    east, north = (20.0, 50.0, *CELL[2:]), (*CELL[:2], 45.0, 65.0, *CELL[4:])
    stations = [(20.0, 25.0, -15.0), (20.0, 5.0, -15.0), (20.0, 45.0, -15.0)]
    pair = prism_matrix(CELL, stations) + prism_matrix(east, stations)
    assert_near(pair, prism_matrix(together, stations), 1e-12)
    truth = reference.field_tensor(together, stations[0], (0.0, 0.0, 1.0))
    assert_near(pair[:, 0], truth, 1e-12)
    stations = [(0.0, 45.0, -15.0), (-10.0, 45.0, -15.0), (20.0, 45.0, -15.0)]
    pair = prism_matrix(CELL, stations) + prism_matrix(north, stations)
    assert_near(pair, prism_matrix((*CELL[:2], 5.0, 65.0, *CELL[4:]), stations), 1e-12)


def test_four_cells_round_a_vertical_edge_leave_no_logarithm_of_it():
    station = (20.0, 45.0, -20.0)
    cells = product(((-10.0, 20.0), (20.0, 41.0)), ((5.0, 45.0), (45.0, 60.0)))
    total = sum(prism_matrix((*e, *n, -30.0, -15.0), station) for e, n in cells)
    npt.assert_allclose(total[0, 0, 1], reference.field_tensor((-10.0, 41.0, 5.0, 60.0, -30.0, -15.0), station)[0, 1])


def coordinates(low: float, high: float, nearest: float) -> st.SearchStrategy[float]:
    """Coordinates anywhere round a cell, often on its edges, sometimes a little beside them."""
    edges = st.sampled_from([low, high])
    offsets = st.floats(nearest, 1e-3).flatmap(lambda size: st.sampled_from([-size, size]))
    anywhere = st.floats(-60.0, 60.0).map(lambda value: round(value, 6))
    return st.one_of(edges, anywhere, st.builds(lambda edge, offset: edge + offset, edges, offsets))


@st.composite
def geometries(draw: st.DrawFn, nearest: float = 1e-9) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Cell 5 to 40 m wide and a station near it."""
    cell: list[float] = []
    for _ in range(3):
        low = draw(st.sampled_from([0.0, -7.5, 1 / 3]))
        cell += [low, round(low + draw(st.floats(5.0, 40.0)), 6)]
    station = tuple(draw(coordinates(cell[2 * axis], cell[2 * axis + 1], nearest)) for axis in range(3))
    return tuple(cell), station


def distance_from_edges(cell: tuple[float, ...], station: tuple[float, ...]) -> float:
    """Distance of a station from the nearest edge of a cell."""
    box = np.reshape(cell, (3, 2))
    beside = np.maximum(np.maximum(box[:, 0] - station, station - box[:, 1]), 0.0)
    planes = abs(box - np.reshape(station, (3, 1))).min(axis=1)
    return min(float(np.linalg.norm(np.where(np.arange(3) == along, beside, planes))) for along in range(3))


def planes_outward(cell: tuple[float, ...], station: tuple[float, ...]) -> list[float]:
    return [
        (1.0 + 0.3 * axis) * ((value == cell[2 * axis + 1]) * 1.0 - (value == cell[2 * axis]))
        for axis, value in enumerate(station)
    ]


@settings(max_examples=60)
@given(geometries())
def test_the_field_of_any_geometry_is_that_of_the_closed_form(geometry):
    cell, station = geometry
    result = prism_matrix(cell, station)[:, 0]
    assert np.isfinite(result).all()
    if distance_from_edges(cell, station) > 1e-12:
        assert_near(result, reference.field_tensor(cell, station, planes_outward(cell, station)), 1e-11)


@settings(max_examples=60)
@given(geometries(nearest=1e-6))
def test_the_gradients_of_any_geometry_are_those_of_the_closed_form(geometry):
    cell, station = geometry
    result = prism_matrix(cell, station, GRADIENTS)[:, 0]
    assert np.isfinite(result).all()
    if distance_from_edges(cell, station) > 1e-12:
        # a micrometre from a line through an edge, what cancels beyond its end leaves this much
        assert_near(result, reference.gradient_tensor(cell, station, planes_outward(cell, station)), 1e-8)


@settings(max_examples=25)
@given(
    st.lists(st.floats(-(2.0**29), 2.0**29, width=32), min_size=2, max_size=4, unique=True),
    st.lists(st.floats(-1024.0, 1024.0, width=32), min_size=2, max_size=4, unique=True),
    st.lists(st.floats(-1.0, 1.0, width=16), min_size=2, max_size=3, unique=True),
    st.data(),
)
def test_no_geometry_whatever_makes_a_number_that_is_not_finite(easting, northing, upward, data):
    edges = [np.sort(np.array(values)) + 0.0 for values in (easting, northing, upward)]
    if any((np.diff(values) <= 0).any() for values in edges):
        return
    near = [st.one_of(st.sampled_from(list(values)), st.floats(-2048.0, 2048.0, width=32)) for values in edges]
    stations = np.array(data.draw(st.lists(st.tuples(*near), min_size=1, max_size=4)))
    survey = geoinv.Survey(*stations.T, components=COMPONENTS, field=FIELD)
    try:
        A = Magnetics(geoinv.Grid(*edges), survey, engine="direct", unknown="magnetization")
    except geoinv.InputError as refusal:
        # so far away that exact prisms are rounding: they are refused without a tolerance, and right with one
        assert re.search("prisms round|rounding in float64", str(refusal))  # noqa: PT017
        A = Magnetics(geoinv.Grid(*edges), survey, engine="direct", unknown="magnetization", rtol=1e-6)
    assert np.isfinite(A(np.ones(A.domain_shape))).all()
    assert np.isfinite(A.T(np.ones(A.range_shape))).all()
    assert np.isfinite(A.gram_diagonal()).all()


@pytest.mark.parametrize("scale", [2.0**-30, 2.0**-10, 2.0**10])
def test_the_field_does_not_depend_on_the_unit_of_length(scale):
    stations = np.array([station for station in ALIGNED if station[2] >= -22.0])
    scaled = tuple(scale * edge for edge in CELL)
    field, gradients = prism_matrix(CELL, stations), prism_matrix(CELL, stations, GRADIENTS)
    assert_near(prism_matrix(scaled, scale * stations), field, 1e-12)
    assert_near(scale * prism_matrix(scaled, scale * stations, GRADIENTS), gradients, 1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_edges_of_small_cells_are_finite(engine):
    for station in EDGES:
        small = 1e-9 * np.array(station)
        assert np.isfinite(prism_matrix(tuple(1e-9 * edge for edge in CELL), small, COMPONENTS, engine=engine)).all()


@pytest.mark.parametrize("components", [("tmi", *FIELD_COMPONENTS), GRADIENTS], ids=["field", "gradients"])
@pytest.mark.parametrize("engine", ENGINES)
def test_moving_everything_by_utm_coordinates_changes_nothing(engine, components):
    easting, northing = (c.ravel() for c in np.meshgrid(np.arange(-30.0, 120.0, 30.0), np.arange(0.0, 160.0, 20.0)))
    results = []
    for east, north in ((0.0, 0.0), (5e5, 6e6)):
        grid = geoinv.Grid.regular((2, 6, 5), (10.0, 20.0, 15.0), (-20.0, north, east))
        survey = geoinv.Survey(
            east + easting, north + northing, np.zeros(easting.size), components=components, field=FIELD
        )
        results.append(Magnetics(grid, survey, engine=engine)(np.random.default_rng(0).random(grid.shape)))
    assert_near(results[1], results[0], 1e-13)


@pytest.mark.parametrize("components", [("tmi", *FIELD_COMPONENTS), GRADIENTS], ids=["field", "gradients"])
@pytest.mark.parametrize(
    ("spacing", "corner"), [(0.1, 0.3), (33.3, 0.0), (1.1, 5e5), (0.7, 6e6 + 0.1)], ids=["0.1", "33.3", "1.1", "0.7"]
)
@pytest.mark.parametrize("height", [0.0, -1.0, 1e-6], ids=["on-top", "on-a-face-inside", "a-little-above"])
def test_rounding_of_coordinates_moves_no_station_off_an_edge(spacing, corner, height, components):
    def survey(spacing: float, corner: float) -> geoinv.Survey:
        easting, northing = np.meshgrid(spacing * np.arange(-2, 10), spacing * np.arange(-3, 9))
        upward = np.full(easting.size, height * spacing)
        return geoinv.Survey(
            corner + easting.ravel(), corner + northing.ravel(), upward, components=components, field=FIELD
        )

    model = np.random.default_rng(0).standard_normal((3, 8, 9))
    rounded = geoinv.Grid.regular(model.shape, (spacing,) * 3, (-3 * spacing, corner, corner))
    results = [Magnetics(rounded, survey(spacing, corner), engine=engine)(model) for engine in ENGINES]
    assert_near(results[1], results[0], 1e-10)
    assert_near(results[2], results[0], 1e-10)
    if components == GRADIENTS or height > 0.0:  # the field on an edge depends on the unit of length
        whole = geoinv.Grid.regular(model.shape, (1.0,) * 3, (-3.0, 0.0, 0.0))
        exact = Magnetics(whole, survey(1.0, 0.0), engine="direct")(model)
        result = spacing * results[0] if components == GRADIENTS else results[0]
        assert_near(result, exact, 1e-8)
