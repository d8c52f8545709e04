"""Drill holes and outlines of bodies over a model."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from bodies import box, written_tables
from matplotlib.collections import LineCollection

import geoinv
from geoinv.constraints.applied import apply_constraints
from geoinv.constraints.body import Body
from geoinv.constraints.holes import DrillHoles
from geoinv.constraints.record import recorded
from geoinv.formats import collected
from geoinv.view import figure
from geoinv.view.known import known_of

GRID = geoinv.Grid.regular((6, 12, 12), (20.0, 20.0, 20.0), (-120.0, 0.0, 0.0))
TRUE = np.zeros(GRID.shape)
TRUE[2:4, 4:7, 5:8] = 0.05


def constrained(*constraints):
    with collected():
        known = apply_constraints(GRID, constraints)
    return recorded(GRID.to_xarray(susceptibility=TRUE), known, "susceptibility")


def test_a_body_is_outlined_on_every_slice():
    drawn = figure(constrained(Body(box((100, 80, -80), (160, 140, -40)), 0.05)), scene=False)
    corners = []
    for ax in drawn.axes[:3]:
        (outline,) = (part for part in ax.collections if isinstance(part, LineCollection))
        ends = np.concatenate(outline.get_segments())
        corners.append([*ends.min(axis=0), *ends.max(axis=0)])
    npt.assert_array_equal(corners, [[100, 80, 160, 140], [100, -80, 160, -40], [80, -80, 140, -40]])


def test_a_drill_hole_is_drawn_on_the_sections_it_is_near(tmp_path):
    holes = DrillHoles(*written_tables(tmp_path))
    drawn = figure(constrained(holes), scene=False)
    path = known_of(constrained(holes), GRID).holes[0]
    level, section, other = ([line for line in ax.lines if len(line.get_xdata()) > 2] for ax in drawn.axes[:3])
    assert len(level) == len(section) == len(other) == 1
    npt.assert_array_equal(section[0].get_ydata(), path[:, 2])
    shown = ~np.isnan(level[0].get_xdata())
    assert np.ptp(path[shown, 2]) <= 20.0
    far = written_tables(tmp_path, collars="hole_id,easting,northing,elevation,depth\nA,30,210,0,110\n")
    drawn = figure(constrained(DrillHoles(*far)), scene=False)
    assert not [line for line in drawn.axes[1].lines if len(line.get_xdata()) > 2]


def test_a_model_without_constraints_has_none():
    assert known_of(GRID.to_xarray(susceptibility=TRUE), GRID) is None


def test_holes_stand_in_the_scene(tmp_path):
    pytest.importorskip("pyvista")
    from geoinv.view.scene import NoSceneError, render
    from geoinv.view.slices import model_scale
    from geoinv.view.subject import subject_of
    from geoinv.view.window import window_of

    subject = subject_of(constrained(DrillHoles(*written_tables(tmp_path))))
    window = window_of(subject)
    try:
        picture = render(subject.model, window, model_scale(subject.model, window), subject.stations)
    except NoSceneError as reason:
        pytest.skip(str(reason))
    green = (picture[..., 1] > picture[..., 0] + 0.2) & (picture[..., 1] > picture[..., 2])
    assert green.sum() > 200
