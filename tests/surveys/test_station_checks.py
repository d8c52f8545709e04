"""Stations where no survey can have them, named with their heights."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.surveys.station_checks import heights_above_rock, refuse_unusable_stations

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)
EAST, NORTH = 500_000.0, 6_200_000.0


def block(top: float = 100.0, layers: int = 4, cells: int = 8, **changes: object) -> geoinv.Grid:
    """Cells of 25 m in UTM coordinates, all active."""
    return geoinv.Grid.regular((layers, cells, cells), (25.0,) * 3, (top - 25.0 * layers, NORTH, EAST))


def at(*stations: tuple[float, float, float]) -> geoinv.Survey:
    """Survey at (easting, northing) from the corner of the block, and heights."""
    easting, northing, upward = np.array(stations, float).T
    return geoinv.Survey(EAST + easting, NORTH + northing, upward, field=FIELD)


def level_at_spacing(height: float) -> geoinv.Survey:
    """Stations on all corners of the cells of the block."""
    easting, northing = np.meshgrid(25.0 * np.arange(9), 25.0 * np.arange(9))
    return at(*zip(easting.ravel(), northing.ravel(), np.full(81, height), strict=True))


def check(grid: geoinv.Grid, survey: geoinv.Survey) -> None:
    refuse_unusable_stations(SimpleNamespace(mesh=grid, survey=survey))


def air(grid: geoinv.Grid, *cells: tuple[int, int, int]) -> geoinv.Grid:
    active = grid.active.copy()
    for cell in cells:
        active[cell] = False
    return grid.with_active(active)


@pytest.mark.parametrize(
    ("station", "inside"),
    [
        ((30.0, 30.0, 90.0), True),  # inside a cell
        ((25.0, 30.0, 90.0), True),  # on a face between columns
        ((25.0, 50.0, 90.0), True),  # on a vertical edge
        ((25.0, 50.0, 75.0), True),  # on a corner
        ((30.0, 30.0, 75.0), True),  # on a face between layers
        ((25.0, 30.0, 100.0), False),  # on the top
        ((0.0, 0.0, 100.0), False),
        ((25.0, 30.0, 100.0 + 1e-9), False),
        ((0.0, 30.0, 90.0), True),  # on the side, where rock goes on
        ((200.0, 200.0, 50.0), True),
        ((30.0, 30.0, 0.0), True),  # on the bottom
        ((-5.0, 30.0, 90.0), False),  # touches no cell
        ((30.0, 30.0, 130.0), False),
    ],
)
def test_a_station_is_inside_the_rock_where_all_cells_that_it_touches_are_active(station, inside):
    survey = at(station)
    assert block().inside_rock(survey.easting, survey.northing, survey.upward).tolist() == [inside]


@pytest.mark.parametrize("empty", [(3, 1, 0), (3, 1, 1)])
def test_a_station_on_the_wall_of_a_step_is_on_the_ground(empty):
    survey = at((25.0, 30.0, 90.0))
    assert block().inside_rock(survey.easting, survey.northing, survey.upward).all()
    check(air(block(), empty), survey)


def test_random_points_agree_with_a_search_through_all_cells():
    random = np.random.default_rng(3)
    grid = block(cells=4).with_active(random.random((4, 4, 4)) < 0.7)
    steps = random.integers(-1, 10, (400, 3)) * 12.5 + random.choice([0.0, 3.0], (400, 3))
    survey = at(*steps)
    found = grid.inside_rock(survey.easting, survey.northing, survey.upward)
    edges = [grid.edges(axis) for axis in ("upward", "northing", "easting")]
    for n, point in enumerate(zip(survey.upward, survey.northing, survey.easting, strict=True)):
        touched = [
            grid.active[index]
            for index in np.ndindex(*grid.shape)
            if all(e[i] <= x <= e[i + 1] for e, i, x in zip(edges, index, point, strict=True))
        ]
        assert found[n] == (bool(touched) and all(touched) and point[0] < edges[0][-1])
    assert 30 < found.sum() < 370


def test_a_level_survey_at_the_spacing_of_the_cells_cannot_hide_inside_the_rock():
    words = (
        r"81 of 81 stations lie inside them, the deepest station 0 .* at \(500000, 6200000, 40\) \(easting, northing, "
        r"upward\) inside cell \(1, 0, 0\), 60 m below the top of the active cells there; give heights as elevations"
    )
    with pytest.raises(geoinv.InputError, match=words):
        check(block(), level_at_spacing(40.0))
    check(block(), level_at_spacing(100.0))
    check(block(), level_at_spacing(140.0))


def test_a_buried_station_stops_an_inversion_in_python_in_python_s_words():
    A = geoinv.operators.Magnetics(block(), level_at_spacing(40.0), engine="direct")
    with pytest.raises(geoinv.InputError, match=r"between the cells \(1, 0, 0\) and \(1, 0, 1\), 60 m"):
        geoinv.invert(
            geoinv.operators.Magnetics(block(), at((25.0, 0.0, 40.0), (30.0, 30.0, 130.0)), engine="direct"),
            [[1.0, 2.0]],
            0.1,
        )
    with pytest.raises(geoinv.InputError, match=r"survey\.draped\(topography, height\)") as said:
        geoinv.invert(A, np.ones((1, 81)), 0.1)
    assert "--" not in str(said.value)


@pytest.mark.parametrize("lowest", [-1.0, -960.0])
def test_stations_under_the_mesh_are_refused(lowest):
    words = rf"reaches from 0 to 100 m, but 2 of 3 stations lie under it, the lowest station 1 .* 6200030, {lowest:g}\)"
    with pytest.raises(geoinv.InputError, match=words):
        check(block(), at((30.0, 30.0, 130.0), (30.0, 30.0, lowest), (40.0, 30.0, -0.5)))


def test_a_station_in_a_valley_outside_the_mesh_may_lie_lower_than_it():
    check(block(), at((30.0, 30.0, 130.0), (-300.0, 30.0, -10.0)))


def test_a_survey_all_under_the_mesh_is_refused_even_where_part_of_it_lies_outside():
    with pytest.raises(geoinv.InputError, match="2 of 2 stations lie under it"):
        check(block(top=1000.0), at((30.0, 30.0, 40.0), (-300.0, 30.0, 40.0)))


@pytest.mark.parametrize(("height", "far"), [(499.0, False), (501.0, True), (1040.0, True), (3412.0, True)])
def test_stations_far_above_the_whole_mesh_are_refused(height, far):
    if not far:
        check(block(), level_at_spacing(height))
        return
    words = rf"lies {height - 100:g} m above the active cells, which reach up to 100 m there and are 200 m across"
    with pytest.raises(geoinv.InputError, match=words):
        check(block(), level_at_spacing(height))


def test_one_station_near_the_ground_is_enough_for_a_survey_that_flies_high():
    check(block(), at((30.0, 30.0, 130.0), (50.0, 50.0, 5000.0)))


def test_a_mesh_in_other_coordinates_is_told_with_all_their_digits():
    survey = geoinv.Survey([512345.25, 512999.75], [6.2e6, 6.2e6], [130.0, 130.0], field=FIELD)
    with pytest.raises(geoinv.InputError, match=r"from 512345\.25 to 512999\.75 m and .* 500000 to 500200 m"):
        check(block(), survey)


def test_operators_without_mesh_or_survey_pass():
    refuse_unusable_stations(SimpleNamespace(grid=[1, 2], survey=at((0.0, 0.0, 0.0))))
    refuse_unusable_stations(object())


def test_heights_above_rock_are_those_above_the_highest_active_cell_of_the_column():
    grid = air(block(), (3, 0, 0), (3, 0, 1), (2, 0, 1), *((k, 0, 2) for k in range(4)))
    survey = at(
        (10.0, 10.0, 130.0),  # one cell cut
        (25.0, 10.0, 130.0),  # between a column with one cell cut and one with two
        (60.0, 10.0, 130.0),  # no active cell
        (110.0, 110.0, 130.0),
        (110.0, 110.0, 60.0),
        (0.0, 100.0, 100.0),
        (-1.0, 10.0, 130.0),
    )
    npt.assert_allclose(heights_above_rock(grid, survey), [55.0, 80.0, 130.0, 30.0, -40.0, 0.0, np.nan])


def test_draped_stations_follow_the_ground():
    slope = [(EAST + e, NORTH + n, 100.0 + 0.5 * e - 0.25 * n) for e in (-500.0, 500.0) for n in (-500.0, 500.0)]
    survey = at((0.0, 0.0, 7.0), (10.0, 0.0, 7.0), (20.0, 40.0, 7.0))
    npt.assert_allclose(survey.draped(slope, 40.0).upward, [140.0, 145.0, 140.0])
    npt.assert_allclose(survey.draped(slope, [0.0, 10.0, 20.0]).upward, [100.0, 115.0, 120.0])
    for height, words in (
        (-1.0, "height expects metres above the ground, zero or more, got -1"),
        (np.nan, "finite height above the ground"),
        ([1.0, 2.0], r"one number or of shape \(3,\)"),
    ):
        with pytest.raises(geoinv.InputError, match=words):
            survey.draped(slope, height)
    with pytest.raises(geoinv.InputError, match=r"expects topography below it, got easting 0 to 9 m against 500000 to"):
        survey.draped([(0.0, 0.0, 5.0), (9.0, 0.0, 5.0)], 40.0)
