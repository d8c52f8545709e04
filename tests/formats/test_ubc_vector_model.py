from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import Grid, InputError
from geoinv.formats import convert, describe, read_mesh, read_model, recognise, write_mesh, write_model

GRID = Grid.regular((2, 3, 4), (10, 20, 25))
VECTORS = np.random.default_rng(1).normal(size=(3, *GRID.shape))


def test_columns_are_easting_northing_and_down(tmp_path: Path) -> None:
    small = Grid.regular((2, 1, 2), (1, 1, 1))
    # rows: the upper cell in the west, the one below it, then the two in the east
    (tmp_path / "a.fld").write_text("1 2 3\n4 5 6\n-100 -100 -100\n7 8 -9\n")
    model = read_model(tmp_path / "a.fld", small, "magnetization")
    npt.assert_array_equal(model[:, 1, 0, 0], [1, 2, -3])
    npt.assert_array_equal(model[:, 0, 0, 0], [4, 5, -6])
    assert np.isnan(model[:, 1, 0, 1]).all()
    npt.assert_array_equal(model[:, 0, 0, 1], [7, 8, 9])
    (tmp_path / "b.fld").write_text("-100 2 3\n4 1e32 6\n-100 -100 -100\n7 8 nan\n")
    model = read_model(tmp_path / "b.fld", small, "magnetization")
    npt.assert_array_equal(np.isfinite(model[0]), [[[False, False]], [[True, False]]])
    assert model[0, 1, 0, 0] == -100.0
    text = describe(tmp_path / "a.fld")
    assert "4 vectors, 1 marked inactive" in text
    assert "upward -6 to 9 A/m" in text


def test_round_trips_between_ubc_and_netcdf(tmp_path: Path) -> None:
    active = np.ones(GRID.shape, bool)
    active[-1, 0, 1:] = False
    grid = GRID.with_active(active)
    write_model(tmp_path / "a.nc", grid, VECTORS, "magnetization")
    said = convert(tmp_path / "a.nc", tmp_path / "b.fld")
    assert "a model of magnetization in 21 active cells" in said
    npt.assert_array_equal(read_mesh(tmp_path / "b.msh").easting_edges, GRID.easting_edges)
    convert(tmp_path / "b.fld", tmp_path / "c.nc", mesh=tmp_path / "b.msh")
    npt.assert_array_equal(read_mesh(tmp_path / "c.nc").active, active)
    for name in ("a.nc", "b.fld", "c.nc"):
        npt.assert_array_equal(read_model(tmp_path / name, GRID, "magnetization"), np.where(active, VECTORS, np.nan))
    import xarray as xr

    with xr.open_dataset(tmp_path / "c.nc") as data:
        assert data["magnetization_upward"].attrs["units"] == "A m-1"
        npt.assert_array_equal(data["magnetization_upward"], np.where(active, VECTORS[2], np.nan))


def test_other_models_are_refused(tmp_path: Path) -> None:
    write_model(tmp_path / "a.fld", GRID, VECTORS, "magnetization")
    write_model(tmp_path / "a.sus", GRID, VECTORS[0] ** 2)
    write_model(tmp_path / "a.nc", GRID, VECTORS[0] ** 2)
    with pytest.raises(InputError, match=r"a\.fld expects a model of susceptibility, got one of magnetization"):
        read_model(tmp_path / "a.fld", GRID)
    with pytest.raises(InputError, match=r"a\.sus expects a model of magnetization, got one of susceptibility"):
        read_model(tmp_path / "a.sus", GRID, "magnetization")
    with pytest.raises(InputError, match="expects a model of magnetization, got one of susceptibility"):
        read_model(tmp_path / "a.nc", GRID, "magnetization")
    with pytest.raises(InputError, match=r"expects 8 rows, one for each of the 2 x 2 x 2 cells .* got 24"):
        read_model(tmp_path / "a.fld", Grid.regular((2, 2, 2), (1, 1, 1)), "magnetization")
    with pytest.raises(InputError, match=r"b\.fld expects a model of magnetization, as its suffix says, got one of s"):
        write_model(tmp_path / "b.fld", GRID, VECTORS[0])
    with pytest.raises(InputError, match=r"b\.fld expects a magnetization of shape \(3, 2, 3, 4\)"):
        write_model(tmp_path / "b.fld", GRID, VECTORS[0], "magnetization")
    with pytest.raises(InputError, match=r"b\.nc expects a magnetization of shape"):
        write_model(tmp_path / "b.nc", GRID, VECTORS[0], "magnetization")
    with pytest.raises(InputError, match=r"b\.fld expects a model of magnetization, as its suffix says, got one of s"):
        convert(tmp_path / "a.nc", tmp_path / "b.fld")
    assert not list(tmp_path.glob("b.*"))


def test_three_columns_of_another_name_are_points(tmp_path: Path) -> None:
    for name, kind in (("a.fld", "UBC vector model"), ("a.xyz", "points (topography or stations)")):
        (tmp_path / name).write_text("1 2 3\n4 5 6\n")
        assert recognise(tmp_path / name).name == kind
    write_mesh(tmp_path / "a.msh", GRID)
    (tmp_path / "a.fld").write_text("1 2 3\n4 5 x\n")
    assert recognise(tmp_path / "a.fld").name != "UBC vector model"
