"""Two models: their difference in a picture and in numbers."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from matplotlib.collections import QuadMesh
from octree_makers import as_grid, random_octree
from view_subjects import CORNER, ball, mapped, padded_grid, solution

from geoinv import Grid, InputError
from geoinv.view.comparison import compare, comparison_of, draw_comparison


def pair():
    one, other = solution(), solution()
    other["susceptibility"] = 0.5 * other["susceptibility"] + 0.001
    other.attrs["chi2_per_datum"] = 1.25
    return one, other


def test_numbers_are_those_of_the_cells_that_are_shown():
    one, other = pair()
    found = comparison_of(one, other)
    # the twelve by twelve cells of 50 m that are no padding, and one on each side below the margin of the stations
    rows = slice(1, 15)
    grid = padded_grid()
    active, volumes = grid.active[:, rows, rows], grid.volumes[:, rows, rows]
    a, b = (data["susceptibility"].values[:, rows, rows][active] for data in (one, other))
    weights = volumes[active]
    npt.assert_allclose(found.rms, np.sqrt(np.sum(weights * (b - a) ** 2) / weights.sum()))
    assert found.correlation == pytest.approx(1.0)
    assert found.cells == a.size
    assert not found.resampled
    assert found.told().endswith("chi^2/N 4.000 and 1.250")


def test_the_models_share_a_scale_and_the_difference_lies_about_zero():
    found = comparison_of(*pair())
    axes = draw_comparison(found).axes
    levels = [mapped(axes[k], QuadMesh) for k in (0, 3, 6)]
    assert levels[0].get_clim() == levels[1].get_clim() == (0.0, 0.05)
    low, high = levels[2].get_clim()
    assert low == -high == pytest.approx(-0.024)
    npt.assert_allclose(levels[2].get_array(), levels[1].get_array() - levels[0].get_array())


def test_another_mesh_is_resampled_and_it_is_said():
    grid = padded_grid()
    fine = Grid(*(np.unique(np.r_[e, 0.5 * (e[1:] + e[:-1])]) for e in (grid.easting_edges, grid.northing_edges)),
                grid.upward_edges)  # fmt: skip
    values = np.repeat(np.repeat(ball(grid), 2, axis=1), 2, axis=2)
    found = comparison_of(grid.to_xarray(susceptibility=ball(grid)), fine.to_xarray(susceptibility=values))
    assert found.resampled
    assert found.rms == 0.0
    assert "the second at the centres of the first's cells" in found.told()


def test_an_octree_is_compared_with_the_same_rock_in_equal_cells():
    mesh = random_octree()
    values = np.random.default_rng(1).random(mesh.size)
    grid = as_grid(mesh)
    from octree_makers import finest

    found = comparison_of(grid.to_xarray(density=values[finest(mesh)]), mesh.to_xarray(density=values))
    assert found.rms == 0.0


def test_what_cannot_be_compared_is_refused(tmp_path):
    grid = padded_grid()
    model = grid.to_xarray(susceptibility=ball(grid))
    far = Grid(*(grid.edges(axis) + 1e5 for axis in ("easting", "northing", "upward")))
    other = Grid(*(grid.edges(axis) for axis in ("easting", "northing", "upward")), crs="EPSG:26917")
    third = Grid(*(grid.edges(axis) for axis in ("easting", "northing", "upward")), crs="EPSG:26918")
    for pair, words in (
        ((model, grid.to_xarray(density=ball(grid))), r"one quantity, got susceptibility \(SI\) and density \(kg/m³\)"),
        ((model, far.to_xarray(susceptibility=ball(far))), "cells in common, got none"),
        ((model, solution().drop_vars("susceptibility")), "two models, got none in second"),
        (
            (other.to_xarray(susceptibility=ball(grid)), third.to_xarray(susceptibility=ball(grid))),
            "one coordinate system, got EPSG:26917 and EPSG:26918",
        ),
    ):
        with pytest.raises(InputError, match=f"compare expects .*{words}"):
            compare(*pair, tmp_path / "a.png")
    assert not list(tmp_path.iterdir())
    assert CORNER


def test_a_constant_model_has_no_correlation():
    grid = padded_grid()
    found = comparison_of(*(grid.to_xarray(density=values) for values in (ball(grid), 0.0 * ball(grid))))
    assert "correlation none (one is constant)" in found.told()
