"""The case of Laguna del Maule, by the page's own command: every third station, cubes of 1.2 km."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from case_pages import commands_of

from geoinv.cli import main


@pytest.mark.slow
def test_a_light_body_within_the_bounds_is_seen(shared_data, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(shared_data / "laguna_del_maule_gravity")
    changes = {
        "--mesh LdM_mesh.mesh": "--cell 1200 --depth 4800 --every 3 --noise 1.5",
        "laguna.nc": str(tmp_path / "laguna.nc"),
    }
    (command,) = commands_of("laguna_del_maule", changes)
    assert main(command) == 0
    assert "target reached" in capsys.readouterr().out
    with xr.open_dataset(tmp_path / "laguna.nc") as data:
        density, index = data["density"].values, data["depth_of_investigation_index"].values
        easting, northing = data["easting"].values, data["northing"].values
    assert -600.0 <= np.nanmin(density) < -100.0
    assert np.nanmax(density) <= 300.0
    _, row, column = np.unravel_index(np.nanargmin(density), density.shape)
    # Miller and others (2017): below the western shore of the lake
    assert 359500.0 < easting[column] < 366500.0
    assert 6002500.0 < northing[row] < 6010000.0
    below = index[:, row, column]
    below = below[np.isfinite(below)]
    assert below[0] > below[-1]  # from the bottom, which the data do not decide, to the ground
