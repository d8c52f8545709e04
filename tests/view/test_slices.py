"""Slices of models: through the body, without padding and air."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from matplotlib.collections import QuadMesh
from view_subjects import CORNER, ball, bars, mapped, padded_grid, solution

from geoinv.view import figure


def test_slices_go_through_the_body_and_show_it():
    drawn = figure(solution(), scene=False)
    level, section, other = (mapped(ax, QuadMesh) for ax in drawn.axes[3:6])
    for mesh in (level, section, other):
        assert mesh.get_clim() == (0.0, 0.05)
        assert np.nanmax(mesh.get_array()) == 0.05
    npt.assert_array_equal(np.isnan(section.get_array()[-1]), np.arange(16) < 8)
    lines = [line.get_xydata()[0] for line in drawn.axes[3].lines]
    assert abs(lines[0][1] - CORNER[1] - 950.0) < 50.0
    assert abs(lines[1][0] - CORNER[2] - 800.0) < 50.0


def test_padding_and_air_are_left_out_of_a_model_alone():
    grid = padded_grid()
    drawn = figure(grid.to_xarray(susceptibility=ball(grid)), scene=False)
    assert len(drawn.axes) == 4
    assert drawn.axes[0].get_xlim() == (CORNER[2] + 550.0, CORNER[2] + 1150.0)
    assert drawn.get_suptitle().replace("\u2009", "") == f"Susceptibility of {grid.active.sum()} cells."


def test_negative_bodies_have_their_own_colours_about_zero():
    grid = padded_grid()
    for density, colours, limits in (
        (-ball(grid), "RdBu_r", (-0.05, 0.05)),
        (np.roll(ball(grid), 3, axis=2) - 0.5 * ball(grid), "RdBu_r", (-0.05, 0.05)),
        (np.roll(ball(grid), 3, axis=2) - 0.01 * ball(grid), "magma_r", (-0.0005, 0.05)),
    ):
        drawn = mapped(figure(grid.to_xarray(density=density), scene=False).axes[0], QuadMesh)
        assert drawn.get_cmap().name == colours
        assert drawn.get_clim() == pytest.approx(limits)


def test_a_magnetization_is_shown_by_its_strength():
    grid = padded_grid()
    model = 20.0 * ball(grid)
    data = grid.to_xarray(
        magnetization_easting=0.6 * model, magnetization_northing=0.0 * model, magnetization_upward=-0.8 * model
    )
    drawn = figure(data, scene=False)
    assert bars(drawn)[0] == "magnetization (A/m)"
    assert np.nanmax(mapped(drawn.axes[0], QuadMesh).get_array()) == pytest.approx(1.0)
