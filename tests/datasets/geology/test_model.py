"""A model: its ground, its magnetization, and as xarray."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

from geoinv import Grid, MainField
from geoinv.datasets import RandomGeology
from geoinv.meshes.topography import Topography
from geoinv.surveys.remanence import koenigsberger_ratio

FIELD = MainField(65.0, 25.0, 50_000.0)
INDUCED = RandomGeology((12, 16, 20), (20.0, 40.0, 50.0), relief=(0.2, 0.2), seed=2)[3]
REMANENT = RandomGeology((12, 16, 20), (20.0, 40.0, 50.0), kinds=("remanent body",), bodies=(1, 1), seed=2)[3]


def test_cells_are_rock_where_their_centre_lies_below_the_topography():
    whole = Grid(INDUCED.grid.easting_edges, INDUCED.grid.northing_edges, INDUCED.grid.upward_edges)
    npt.assert_array_equal(whole.with_topography(INDUCED.topography).active, INDUCED.grid.active)
    assert 0 < np.count_nonzero(~INDUCED.grid.active) < 0.2 * INDUCED.grid.size
    # no column of the grid lies beyond the points
    easting, northing = INDUCED.grid.columns()
    assert Topography(INDUCED.topography).covers(easting, northing).all()


def test_induced_magnetization_is_along_the_field_and_has_the_susceptibility_it_came_from():
    magnetization = INDUCED.magnetization(FIELD)
    npt.assert_allclose(np.cross(magnetization, FIELD.direction, axis=0), 0.0, atol=1e-12)
    # 1 SI in 50,000 nT is 39.79 A/m
    npt.assert_allclose(np.linalg.norm(magnetization, axis=0), 39.788736 * INDUCED.susceptibility, rtol=1e-6)
    npt.assert_array_equal(INDUCED.apparent_susceptibility(FIELD), INDUCED.susceptibility)


def test_a_remanent_body_has_one_koenigsberger_ratio_and_one_direction():
    rock = REMANENT.susceptibility > 0.0
    ratio = koenigsberger_ratio(REMANENT.magnetization(FIELD), REMANENT.susceptibility, FIELD)[rock]
    assert 1.0 <= ratio[0] <= 10.0
    npt.assert_allclose(ratio, ratio[0])
    directions = REMANENT.remanent[:, rock] / np.linalg.norm(REMANENT.remanent[:, rock], axis=0)
    npt.assert_allclose(directions - directions[:, :1], 0.0, atol=1e-12)


def test_no_susceptibility_comes_closer_to_a_remanent_magnetization_than_the_apparent_one():
    magnetization, best = REMANENT.magnetization(FIELD), REMANENT.apparent_susceptibility(FIELD)

    def missed(susceptibility: np.ndarray) -> np.ndarray:
        induced = 39.788736 * FIELD.direction.reshape(3, 1, 1, 1) * susceptibility
        return np.linalg.norm(magnetization - induced, axis=0)

    rock = REMANENT.susceptibility > 0.0
    for change in (-0.01, 0.01):
        assert (missed(best)[rock] < missed(best + change)[rock]).all()


def test_a_dataset_has_units_and_origin_and_gives_the_grid_back():
    data = REMANENT.to_xarray()
    grid = Grid.from_xarray(data)
    assert grid.same_places(REMANENT.grid)
    npt.assert_array_equal(grid.active, REMANENT.grid.active)
    npt.assert_array_equal(np.nan_to_num(data.susceptibility.values), REMANENT.susceptibility)
    assert data.attrs["Conventions"] == "CF-1.11"
    assert (data.attrs["kinds"], data.attrs["seed"], data.attrs["index"]) == ("remanent body", 2, 3)
    assert {data[name].attrs["units"] for name in data if name.startswith("remanent")} == {"A/m"}
    npt.assert_array_equal(np.nan_to_num(data.remanent_magnetization_northing.values), REMANENT.remanent[1])
    elevation = Topography(data.elevation).elevation(grid.easting, grid.northing[3])
    npt.assert_allclose(elevation, data.elevation.values[3], atol=1e-9)
    assert "remanent_magnetization_northing" not in INDUCED.to_xarray()
