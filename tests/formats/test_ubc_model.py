from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import Grid, InputError
from geoinv.formats import collected, convert, describe, read_model, write_mesh, write_model

GRID = Grid.regular((2, 3, 4), (10, 20, 25)).with_active(np.arange(24).reshape(2, 3, 4) != 23)
CONTRAST = np.linspace(-600.0, 300.0, 24).reshape(GRID.shape)


def test_densities_are_in_grams_in_ubc_files_and_in_kilograms_elsewhere(tmp_path: Path) -> None:
    with collected() as notes:
        write_model(tmp_path / "a.den", GRID, CONTRAST, "density")
    assert notes.taken == [("density", "kg/m3, written as g/cm3, as UBC files have it")]
    numbers = np.loadtxt(tmp_path / "a.den")
    npt.assert_array_equal([numbers.max(), *np.sort(numbers)[:2]], [CONTRAST.ravel()[-2] / 1000.0, -100.0, -0.6])
    with collected() as notes:
        model = read_model(tmp_path / "a.den", GRID, "density")
    assert notes.taken == [("density", "g/cm3, as UBC files have it, converted to kg/m3")]
    npt.assert_allclose(model, np.where(GRID.active, CONTRAST, np.nan), rtol=1e-15)
    text = describe(tmp_path / "a.den")
    assert "24 values, 1 marked inactive" in text
    assert "density -600 to 260.87 kg/m3" in text


def test_densities_go_through_netcdf(tmp_path: Path) -> None:
    import xarray as xr

    write_model(tmp_path / "a.nc", GRID, CONTRAST, "density")
    with xr.open_dataset(tmp_path / "a.nc") as data:
        assert (data["density"].units, data["density"].long_name) == ("kg m-3", "density contrast")
    assert "wrote a model of density in 23 active cells" in convert(tmp_path / "a.nc", tmp_path / "b.den")
    convert(tmp_path / "b.den", tmp_path / "c.nc", mesh=tmp_path / "b.msh")
    npt.assert_allclose(read_model(tmp_path / "c.nc", GRID, "density"), np.where(GRID.active, CONTRAST, np.nan))
    convert(tmp_path / "c.nc", tmp_path / "d.mod")
    npt.assert_allclose(read_model(tmp_path / "d.mod", GRID, "density"), np.where(GRID.active, CONTRAST, np.nan))


def test_several_models_in_one_file_are_each_found(tmp_path: Path) -> None:
    from geoinv.formats import write_netcdf

    write_netcdf(tmp_path / "a.nc", GRID.to_xarray(density=CONTRAST, susceptibility=CONTRAST**2))
    npt.assert_array_equal(read_model(tmp_path / "a.nc", GRID, "density")[0], CONTRAST[0])
    npt.assert_array_equal(read_model(tmp_path / "a.nc", GRID)[0], CONTRAST[0] ** 2)


def test_densities_and_susceptibilities_are_not_mixed_up(tmp_path: Path) -> None:
    write_mesh(tmp_path / "a.msh", GRID)
    write_model(tmp_path / "a.den", GRID, CONTRAST, "density")
    write_model(tmp_path / "a.sus", GRID, np.abs(CONTRAST))
    with pytest.raises(InputError, match=r"a\.den expects a model of susceptibility, got one of density \(UBC model\)"):
        read_model(tmp_path / "a.den", GRID)
    with pytest.raises(InputError, match=r"a\.sus expects a model of density, got one of susceptibility"):
        read_model(tmp_path / "a.sus", GRID, "density")
    with pytest.raises(InputError, match=r"b\.sus expects a model of susceptibility, as its suffix says, got one of d"):
        convert(tmp_path / "a.den", tmp_path / "b.sus", mesh=tmp_path / "a.msh")
    with pytest.raises(InputError, match=r"b\.den expects a model of density, as its suffix says, got one of suscept"):
        write_model(tmp_path / "b.den", GRID, CONTRAST)
    (tmp_path / "c.den").write_text("24*2700\n")
    with pytest.raises(InputError, match=r"between -30000 and 30000 kg/m3, got 2.7e\+06 .* \(g/cm3 in UBC files\)"):
        read_model(tmp_path / "c.den", GRID, "density")
    assert not list(tmp_path.glob("b.*"))
