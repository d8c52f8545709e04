"""Slices as numbers, against the cells of the model and another reader."""

from __future__ import annotations

import csv

import numpy as np
import numpy.testing as npt
import pytest
from view_subjects import ball, padded_grid, solution

from geoinv import Grid, InputError
from geoinv.view.tables import write_slices

PLACES = "east=460575,north=7132625,elevation=-20,line=460550:7132550,461150:7133150"


def test_each_row_is_a_cell_of_the_model(tmp_path):
    data, grid = solution(), padded_grid()
    assert write_slices(data, tmp_path / "a.csv", section=PLACES).endswith("cells of slices.")
    with (tmp_path / "a.csv").open() as file:
        head, *rows = list(csv.reader(file))
    assert head == ["slice", "easting_m", "northing_m", "upward_m", "distance_m", "susceptibility (SI)"]
    names = {row[0] for row in rows}
    assert names == {"elevation -20", "northing 7132625", "easting 460575", "line"}
    for row in rows:
        places = dict(zip(("easting", "northing", "upward"), map(float, row[1:4]), strict=True))
        index = tuple(
            int(np.searchsorted(grid.edges(axis), places[axis], side="right")) - 1
            for axis in ("upward", "northing", "easting")
        )
        assert float(row[5]) == data["susceptibility"].values[index]
        assert grid.active[index]
        assert (row[4] == "") == row[0].startswith("elevation")
    line = [float(row[4]) for row in rows if row[0] == "line"]
    assert 0.0 < min(line) < max(line) < 600.0 * np.sqrt(2.0)


@pytest.mark.filterwarnings("ignore")  # of rasterio about its own dependencies
def test_the_level_is_a_geotiff_in_its_coordinate_system(tmp_path):
    rasterio = pytest.importorskip("rasterio", reason="needs rasterio (the extra desk)")
    plain = padded_grid()
    grid = Grid(plain.easting_edges, plain.northing_edges, plain.upward_edges, plain.active, "EPSG:26917")
    data = grid.to_xarray(susceptibility=ball(grid))
    told = write_slices(data, tmp_path / "a.tif", section="elevation=100", padding=True)
    assert told.endswith("the level at elevation 100 m.")
    with rasterio.open(tmp_path / "a.tif") as found:
        assert found.crs.to_epsg() == 26917
        assert found.bounds == (460_000.0, 7_132_000.0, 461_700.0, 7_133_700.0)
        values = np.where(grid.active, ball(grid), np.nan)[-1]
        for easting, northing in ((460_100.0, 7_132_100.0), (460_790.0, 7_132_940.0), (461_600.0, 7_133_000.0)):
            (value,) = next(found.sample([(easting, northing)]))
            row, column = (np.searchsorted(grid.edges(axis), at) - 1 for axis, at in
                           (("northing", northing), ("easting", easting)))  # fmt: skip
            npt.assert_allclose(value, values[row, column], rtol=1e-6)


def test_what_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(InputError, match="slices expect a model to cut, got data alone"):
        write_slices(solution().drop_vars("susceptibility"), tmp_path / "a.csv")
    with pytest.raises(InputError, match="expects a suffix for slices"):
        write_slices(solution(), tmp_path / "a.txt")
    with pytest.raises(InputError, match="section expects a place in the mesh"):
        write_slices(solution(), tmp_path / "a.csv", section="east=1")
    assert not list(tmp_path.iterdir())
