"""Octrees made for a survey."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import numpy as np
import numpy.testing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import geoinv
from geoinv import OctreeGrid
from geoinv.core.checks import InputWarning
from geoinv.surveys.mesh_for_survey import mesh_for_survey
from geoinv.surveys.station_checks import refuse_unusable_stations

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)


def survey_of(easting, northing, upward) -> geoinv.Survey:
    return geoinv.Survey(460_000.0 + easting, 7_132_000.0 + northing, upward, field=FIELD, crs="EPSG:26910")


def scattered(stations=200, seed=1) -> geoinv.Survey:
    """Stations anywhere over 1000 x 600 m, 30 to 50 m high."""
    random = np.random.default_rng(seed)
    return survey_of(*(np.array([[1000.0], [600.0], [20.0]]) * random.random((3, stations)) + [[0.0], [0.0], [30.0]]))


def slope(easting):
    return 0.02 * (463_000.0 - easting)


def sloping_ground() -> np.ndarray:
    """Ground that falls by 100 m from west to east, far beyond the survey."""
    easting, northing = np.meshgrid(np.linspace(458_000, 463_000, 26), np.linspace(7_129_000, 7_136_000, 36))
    return np.column_stack([easting.ravel(), northing.ravel(), slope(easting.ravel())])


def narrowest_at(mesh, easting, northing, upward):
    """Width in finest cells of the cell that holds each point."""
    return mesh.width[mesh.touching(easting, northing, upward)[:, 0]]


def test_the_box_reaches_as_deep_and_as_far_as_is_asked_for_on_to_powers_of_two():
    survey = scattered()
    mesh = OctreeGrid.for_survey(survey, cell=20.0, depth=300.0)
    (bottom, top), tensor = mesh.bounds["upward"], mesh_for_survey(survey, 20.0, 300.0)
    assert top == pytest.approx(tensor.upward_edges[-1]) == survey.upward.min() - 10.0
    assert top - 600.0 < bottom <= top - 300.0
    for axis in ("easting", "northing"):
        values, (low, high) = getattr(survey, axis), mesh.bounds[axis]
        assert low <= values.min() - 280.0
        assert high >= values.max() + 280.0
        assert low % 20.0 == 0.0
    assert mesh.crs == survey.crs
    assert mesh.active.all()


def test_cells_are_finest_below_the_stations_and_widen_with_depth_and_distance():
    survey = scattered()
    mesh = OctreeGrid.for_survey(survey, cell=20.0, depth=600.0)
    top = mesh.bounds["upward"][1]
    for depth, widest in [(10.0, 1), (110.0, 1), (200.0, 2), (400.0, 4), (600.0, 8)]:
        widths = narrowest_at(mesh, survey.easting, survey.northing, np.full(survey.stations, top - depth))
        assert widths.max() <= widest
    assert widths.min() >= 4
    west = mesh.bounds["easting"][0]
    assert narrowest_at(mesh, [west + 1.0], [7_132_300.0], [top - 1.0])[0] >= 8
    assert mesh.size < np.prod(mesh.counts) / 15


def test_columns_between_lines_are_fine_and_those_beyond_a_bend_are_not():
    along, across = np.meshgrid(np.arange(0.0, 2001.0, 20.0), np.arange(0.0, 2001.0, 100.0))
    bent = (along < 600.0) | (across < 600.0)
    mesh = OctreeGrid.for_survey(survey_of(along[bent], across[bent], np.full(bent.sum(), 50.0)), 20.0, 400.0)
    top = mesh.bounds["upward"][1] - 5.0
    between = narrowest_at(mesh, 460_000.0 + along[0, :90], np.full(90, 7_132_050.0), np.full(90, top))
    npt.assert_array_equal(between, 1)
    assert narrowest_at(mesh, [461_900.0], [7_133_900.0], [top])[0] >= 4


@pytest.mark.parametrize(
    "line", [(0.0, 1.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)], ids=["north", "east", "bias", "point"]
)
def test_a_line_or_a_point_gets_an_octree_too(line):
    along = np.arange(0.0, 500.0, 20.0) if any(line) else np.zeros(1)
    survey = survey_of(line[0] * along, line[1] * along, 30.0 + 0.01 * along)
    mesh = OctreeGrid.for_survey(survey, cell=20.0, depth=100.0)
    npt.assert_array_equal(narrowest_at(mesh, survey.easting, survey.northing, np.full(along.size, 15.0)), 1)


def test_topography_bounds_the_box_and_cuts_it():
    survey = scattered()
    survey = survey_of(survey.easting - 460_000.0, survey.northing - 7_132_000.0, slope(survey.easting) + 60.0)
    mesh = OctreeGrid.for_survey(survey, cell=25.0, depth=300.0, topography=sloping_ground())
    easting, _, upward = mesh.centres
    npt.assert_array_equal(mesh.active, upward < slope(np.clip(easting, 458_000, 463_000)))
    at_ground = narrowest_at(mesh, survey.easting, survey.northing, slope(survey.easting))
    npt.assert_array_equal(at_ground, 1)
    top = mesh.bounds["upward"][1]
    assert slope(mesh.bounds["easting"][0]) - 25.0 <= top <= slope(mesh.bounds["easting"][0])


@settings(max_examples=12)
@given(clearance=st.floats(-20.0, 60.0), cell=st.floats(12.0, 150.0), seed=st.integers(0, 20))
def test_no_station_ends_up_inside_an_active_cell_and_buried_ones_are_named(clearance, cell, seed):
    survey = scattered(seed=seed)
    survey = survey_of(survey.easting - 460_000.0, survey.northing - 7_132_000.0, slope(survey.easting) + clearance)
    flat = OctreeGrid.for_survey(survey, cell, 300.0)
    refuse_unusable_stations(SimpleNamespace(mesh=flat, survey=survey))
    if clearance < -0.5 * cell:
        with pytest.raises(geoinv.InputError, match="expects stations above the ground, but 200 of 200 stations"):
            OctreeGrid.for_survey(survey, cell, 300.0, sloping_ground())
        return
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        mesh = OctreeGrid.for_survey(survey, cell, 300.0, sloping_ground())
    assert len(said) == (clearance < -0.01 * cell)
    refuse_unusable_stations(SimpleNamespace(mesh=mesh, survey=survey))
    # what is cut away stands on nothing and carries nothing
    below = mesh.with_active(np.ones(mesh.size, bool)).with_topography(sloping_ground())
    cut = below.active & ~mesh.active
    faces = mesh.faces()[0]
    assert not (cut[faces.before] & mesh.active[faces.after]).any()


def test_one_low_station_that_sets_the_flat_ground_is_warned_of():
    survey = scattered()
    upward = np.where(np.arange(survey.stations) == 5, 640.0, 900.0)
    survey = survey_of(survey.easting - 460_000.0, survey.northing - 7_132_000.0, upward)
    with pytest.warns(InputWarning, match="lie 285 m and more above .* station 5"):
        OctreeGrid.for_survey(survey, cell=50.0, depth=100.0)


@pytest.mark.parametrize(
    ("cell", "depth", "words"),
    [
        (0.0, 100.0, "positive cell size, got 0.0"),
        (50.0, -1.0, "positive depth, got -1.0"),
        (2000.0, 100.0, "cells smaller than the survey"),
        (1e-3, 100.0, "octree expects .* columns to fit in"),
        (1.0, 5e6, "box of at most 2097152 finest cells a side, got .* of 1 m; give a larger cell, or less depth"),
    ],
)
def test_an_octree_that_makes_no_sense_is_refused(cell, depth, words):
    with pytest.raises(geoinv.InputError, match=words):
        OctreeGrid.for_survey(scattered(), cell, depth)
