"""The case of Mount Milligan, by the page's own commands: every seventh node, cubes of 300 m."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import xarray as xr
from case_pages import CASES, commands_of
from commands import succeed

from geoinv.cli import main
from geoinv.formats import read_mesh


@pytest.fixture
def case(monkeypatch):
    monkeypatch.syspath_prepend(CASES)
    import mount_milligan

    yield mount_milligan
    sys.modules.pop("mount_milligan")


@pytest.mark.slow
def test_the_main_field_is_removed_and_the_body_lies_below_the_anomaly(
    case, shared_data, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    corners = [f"{x},{y},1180" for x in (425000, 447000) for y in (6098000, 6120000)]
    (tmp_path / "ground.csv").write_text("\n".join(["easting,northing,upward", *corners, ""]))
    changes = {
        "mount_milligan_crop_12km.csv": str(shared_data / "mount_milligan_1991" / "mount_milligan_crop_12km.csv"),
        "--cell 100": "--cell 300 --every 7",
    }
    prepare, invert = commands_of("mount_milligan", changes)
    said = succeed(prepare, capsys)
    assert "IGRF-14 removed" in said
    assert "the file's own column igrf agrees with IGRF-14 to 0.00" in said
    with xr.open_dataset("survey.nc") as data:
        own = data["tmi"].values - data["anomaly_nt"].values
        assert np.abs(own).max() < 0.1  # by ppigrf itself, when the file was made
        largest = int(np.argmax(data["tmi"].values))
        anomaly = float(data["easting"][largest]), float(data["northing"][largest])
    assert main(invert) == 0
    assert "target reached" in capsys.readouterr().out
    with xr.open_dataset("milligan.nc") as data:
        model = data["susceptibility"].values
    x, y, up, median = case.body(read_mesh(tmp_path / "milligan.nc"), model)
    assert np.hypot(x - anomaly[0], y - anomaly[1]) < 1600.0
    assert 1180.0 > up > median > -2820.0
    assert all(np.hypot(x - east, y - north) > 2000.0 for east, north in case.PLACES.values())  # as the page says
    case.main(tmp_path / "milligan.nc", tmp_path / "picture.png")
    assert "upper half of the body" in capsys.readouterr().out
    assert (tmp_path / "picture.png").stat().st_size > 10_000


def test_the_figure_is_small():
    assert 10_000 < (CASES / "mount_milligan.png").stat().st_size < 300_000
