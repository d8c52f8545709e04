"""Meshes made for a survey."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import numpy as np
import numpy.testing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import geoinv
from geoinv.core.checks import InputWarning
from geoinv.surveys.mesh_for_survey import mesh_for_survey, padding_for
from geoinv.surveys.station_checks import refuse_unusable_stations

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)


def lines(stations: int = 200, seed: int = 1) -> geoinv.Survey:
    """Stations anywhere over 1000 x 600 m, 30 to 50 m high."""
    random = np.random.default_rng(seed)
    scale, origin = np.array([[1000.0], [600.0], [20.0]]), np.array([[460_000.0], [7_132_000.0], [30.0]])
    return geoinv.Survey(*(origin + scale * random.random((3, stations))), field=FIELD)


def level(spacing: float, height: float = 40.0) -> geoinv.Survey:
    easting, northing = np.meshgrid(460_013.0 + spacing * np.arange(12), 7_132_007.0 + spacing * np.arange(9))
    return geoinv.Survey(easting.ravel(), northing.ravel(), np.full(easting.size, height), field=FIELD)


def slope(survey: geoinv.Survey) -> np.ndarray:
    """Ground that falls by 100 m from west to east, far beyond the survey."""
    easting, northing = np.meshgrid(np.linspace(458_000, 463_000, 26), np.linspace(7_129_000, 7_136_000, 36))
    return np.column_stack([easting.ravel(), northing.ravel(), (0.02 * (463_000 - easting)).ravel()])


def test_equal_cells_at_whole_multiples_lie_below_all_stations():
    survey, grid = lines(), mesh_for_survey(lines(), cell=50.0, depth=400.0)
    for axis in ("easting", "northing"):
        values, outer = getattr(survey, axis), len(padding_for(50.0, 400.0))
        core = grid.edges(axis)[outer:-outer]
        assert core[0] <= values.min()
        assert core[-1] >= values.max()
        npt.assert_array_equal(np.diff(core), 50.0)
    npt.assert_allclose(grid.widths("upward"), 50.0)


@pytest.mark.parametrize("depth", [10.0, 400.0, 5000.0])
def test_padding_grows_and_reaches_as_far_as_the_mesh_is_deep(depth):
    survey, grid = lines(), mesh_for_survey(lines(), cell=50.0, depth=depth)
    for axis in ("easting", "northing"):
        edges, values, widths = grid.edges(axis), getattr(survey, axis), grid.widths(axis)
        assert edges[0] <= values.min() - depth
        assert edges[-1] >= values.max() + depth
        # without the last cell it would reach less far
        assert values.min() - 50.0 - depth < edges[1]
        npt.assert_array_equal(widths, widths[::-1])
        assert (np.diff(widths[: len(widths) // 2]) <= 0).all()


@settings(max_examples=30)
@given(cell=st.floats(10.0, 400.0), ratio=st.floats(0.1, 60.0), seed=st.integers(0, 9))
def test_every_mesh_lies_on_one_lattice_of_equal_cells(cell, ratio, seed):
    grid = mesh_for_survey(lines(seed=seed, stations=9), cell, cell * ratio)
    for axis in ("easting", "northing", "upward"):
        edges = grid.edges(axis)
        steps = (edges - edges[0]) / cell
        npt.assert_allclose(steps, np.round(steps), rtol=0, atol=4 * np.spacing(np.abs(edges).max()) / cell)


@pytest.mark.parametrize("multiple", [0.5, 1.0, 2.0, 7.0, 100.0])
def test_padding_is_non_decreasing_and_grows_by_a_third_where_whole_cells_allow(multiple):
    widths = np.array(padding_for(10.0, 10.0 * multiple))
    assert widths.sum() >= multiple > widths[:-1].sum()
    assert (np.diff(widths) >= 0).all()
    large = widths[widths >= 8]
    npt.assert_allclose(large[1:] / large[:-1], 1.3, atol=0.12)


def test_flat_ground_lies_half_a_cell_below_the_lowest_station():
    survey, grid = lines(), mesh_for_survey(lines(), cell=50.0, depth=400.0)
    assert grid.upward_edges[-1] == survey.upward.min() - 25.0
    assert grid.upward_edges[0] == pytest.approx(survey.upward.min() - 425.0)
    assert grid.active.all()


def test_topography_bounds_the_mesh_and_cuts_it():
    survey = lines()
    survey = geoinv.Survey(survey.easting, survey.northing, 0.02 * (463_000 - survey.easting) + 60.0, field=FIELD)
    grid = mesh_for_survey(survey, cell=50.0, depth=400.0, topography=slope(survey))
    ground = 0.02 * (463_000 - np.clip(grid.easting, 458_000, 463_000))
    western_edge = 0.02 * (463_000 - grid.easting_edges[0])
    assert ground.max() <= grid.upward_edges[-1] <= western_edge
    assert ground.min() - 450.0 < grid.upward_edges[0] <= ground.min() - 400.0
    npt.assert_array_equal(grid.active, np.broadcast_to(grid.upward[:, None, None] < ground, grid.shape))


def test_the_mesh_is_as_high_as_the_ground_between_points_that_all_lie_outside_it():
    plane = np.array([(e, n, 0.05 * (e - 460_500.0)) for e in (440_000.0, 481_000.0) for n in (7.1e6, 7.16e6)])
    survey = lines()
    survey = geoinv.Survey(survey.easting, survey.northing, 0.05 * (survey.easting - 460_500.0) + 40.0, field=FIELD)
    grid = mesh_for_survey(survey, cell=50.0, depth=400.0, topography=plane)
    ground = 0.05 * (grid.easting - 460_500.0)
    assert grid.upward_edges[-1] == pytest.approx(ground.max())
    assert ground.min() - 450.0 < grid.upward_edges[0] <= ground.min() - 400.0
    npt.assert_array_equal(grid.active, np.broadcast_to(grid.upward[:, None, None] < ground, grid.shape))


@settings(max_examples=15)
@given(clearance=st.floats(-20.0, 60.0), cell=st.floats(10.0, 300.0), seed=st.integers(0, 20))
def test_no_station_ends_up_inside_an_active_cell_and_buried_ones_are_named(clearance, cell, seed):
    survey = lines(seed=seed)
    survey = geoinv.Survey(survey.easting, survey.northing, 0.02 * (463_000 - survey.easting) + clearance, field=FIELD)
    refuse_unusable_stations(SimpleNamespace(mesh=mesh_for_survey(survey, cell, 300.0), survey=survey))
    if clearance < -0.5 * cell:
        with pytest.raises(geoinv.InputError, match="expects stations above the ground, but 200 of 200 stations"):
            mesh_for_survey(survey, cell, 300.0, slope(survey))
        return
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        grid = mesh_for_survey(survey, cell, 300.0, slope(survey))
    assert len(said) == (clearance < -0.01 * cell)
    refuse_unusable_stations(SimpleNamespace(mesh=grid, survey=survey))


def flat(elevation: float) -> np.ndarray:
    return np.array([(e, n, elevation) for e in (458_000.0, 463_000.0) for n in (7_129_000.0, 7_136_000.0)])


def test_stations_a_little_under_the_ground_free_themselves_and_are_warned_of():
    survey = level(50.0, height=94.0)
    with pytest.warns(InputWarning, match=r"108 of 108 stations lie under the topography, .* 6 m under it; check"):
        grid = mesh_for_survey(survey, cell=25.0, depth=100.0, topography=flat(100.0))
    over = {axis: (grid.edges(axis)[:-1], grid.edges(axis)[1:]) for axis in ("easting", "northing")}
    held = np.zeros(grid.shape[1:], bool)
    for east, north in zip(survey.easting, survey.northing, strict=True):
        held |= np.outer(*((over[a][0] < x) & (x < over[a][1]) for a, x in (("northing", north), ("easting", east))))
    npt.assert_array_equal(grid.active[-1], ~held)
    assert grid.active[:-1].all()


def test_a_station_on_faces_frees_all_columns_that_it_touches_and_stands_on_the_layer_below():
    survey = geoinv.Survey([100.0, 200.0, 0.0], [100.0, 200.0, 0.0], [75.0, 300.0, 300.0], field=FIELD)
    with pytest.warns(InputWarning, match="1 of 3 stations lies under the topography"):
        grid = mesh_for_survey(survey, cell=100.0, depth=300.0, topography=flat(110.0) - [460_500.0, 7_132_500.0, 0.0])
    assert grid.upward_edges[-1] == 110.0
    cut = {tuple(cell) for cell in np.argwhere(~grid.active)}
    top, first, second = grid.shape[0] - 1, *(int(np.argmin(np.abs(grid.easting - c))) for c in (50.0, 150.0))
    assert cut == {(top, j, i) for j in (first, second) for i in (first, second)}


def test_stations_on_the_ground_and_cells_stepping_up_a_slope_are_no_cause_for_doubt():
    survey = lines()
    survey = geoinv.Survey(survey.easting, survey.northing, 0.02 * (463_000 - survey.easting), field=FIELD)
    grid = mesh_for_survey(survey, cell=50.0, depth=100.0, topography=slope(survey))
    assert not grid.inside_rock(survey.easting, survey.northing, survey.upward).any()


def test_one_low_station_that_sets_the_flat_ground_is_warned_of():
    survey = level(50.0, height=900.0)
    upward = np.where(np.arange(survey.stations) == 5, 640.0, 900.0)
    with pytest.warns(InputWarning, match=r"lie 285 m and more above .* station 5 .* 640 m; give the ground as topogr"):
        mesh_for_survey(geoinv.Survey(survey.easting, survey.northing, upward, field=FIELD), cell=50.0, depth=100.0)


def test_heights_above_the_ground_given_as_elevations_are_named():
    words = r"108 of 108 stations lie more than 12.5 m .* 960 m under it; give heights as elevations .*survey\.draped"
    with pytest.raises(geoinv.InputError, match=words):
        mesh_for_survey(level(25.0, height=40.0), cell=25.0, depth=100.0, topography=flat(1000.0))


@pytest.mark.parametrize("line", [(0.0, 1.0), (1.0, 0.0), (0.0, 0.0)], ids=["north", "east", "point"])
def test_a_line_or_a_point_gets_a_mesh_too(line):
    along = np.arange(0.0, 500.0, 20.0) if any(line) else np.zeros(1)
    survey = geoinv.Survey(100.0 + line[0] * along, 200.0 + line[1] * along, 30.0 + 0.01 * along, field=FIELD)
    grid = mesh_for_survey(survey, cell=50.0, depth=100.0)
    assert grid.easting_edges[0] <= 0.0
    assert grid.northing_edges[0] <= 100.0


def test_coordinate_system_of_the_survey_is_kept():
    survey = geoinv.Survey([0.0, 90.0], [0.0, 90.0], [5.0, 6.0], field=FIELD, crs="EPSG:26710")
    assert mesh_for_survey(survey, cell=30.0, depth=60.0).crs == "EPSG:26710"


@pytest.mark.parametrize(
    ("cell", "depth", "words"),
    [
        (0.0, 100.0, "positive cell size, got 0.0"),
        (np.nan, 100.0, "finite cell size, got nan"),
        (50.0, -1.0, "positive depth, got -1.0"),
        (2000.0, 100.0, "cells smaller than the survey"),
        (1e-3, 100.0, "cells of 0.001 m in the leanest engine"),
        (50.0, 1e13, "a depth within the Earth, got 1e\\+13 m"),
        (50.0, np.inf, "finite depth, got inf"),
        (50.0, 9e6, "cells of 50 m in the leanest engine"),
        (1e-9, 100.0, "cells that its coordinates tell apart, got 1e-09 m for stations with northing up to 7132"),
    ],
)
def test_a_mesh_that_makes_no_sense_is_refused(cell, depth, words):
    with pytest.raises(geoinv.InputError, match=words):
        mesh_for_survey(lines(), cell=cell, depth=depth)


def test_topography_elsewhere_is_refused():
    with pytest.raises(geoinv.InputError, match="expects topography over it"):
        mesh_for_survey(lines(), cell=50.0, depth=100.0, topography=[[0.0, 0.0, 5.0], [9.0, 0.0, 5.0], [0.0, 9.0, 6.0]])
