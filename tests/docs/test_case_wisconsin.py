"""The case of the Wisconsin lines, by the page's own commands: a window about the body, wide nodes and cells."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import xarray as xr
from case_pages import CASES, commands_of

from geoinv.cli import main


@pytest.fixture
def case(monkeypatch):
    monkeypatch.syspath_prepend(CASES)
    import wisconsin

    yield wisconsin
    sys.modules.pop("wisconsin")


@pytest.mark.slow
def test_raw_lines_are_prepared_gridded_reduced_and_inverted(case, shared_data, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    changes = {
        "WI_Magnetics.csv": str(shared_data / "usgs_ne_wisconsin_2021" / "WI_Magnetics.csv"),
        "672000 704000 420000 440000": "677000 687000 420000 430000",
        "--noise 5": "--noise 15",
        "--cell 200": "--cell 1000",
        "--spacing 400": "--spacing 1000",
    }
    said = []
    for command in commands_of("wisconsin", changes):
        assert main(command) == 0
        captured = capsys.readouterr()
        said.append(captured.out + captured.err)
    assert "the file's own column igrf is 59.7 nT below IGRF-14" in said[0]
    assert "target reached" in said[3]
    assert "rms by line" in said[4]
    with xr.open_dataset("wisconsin.nc") as data:
        # the contractor's residual field, with the error of its main field put back
        own = data["RMF"] - (data["igrf"] - data["igrf of the file"])
        assert np.median(np.abs(own - data["tmi"])) < 0.5
        largest = float(data["easting"][int(np.argmax(data["tmi"].values))])
    rows = []
    for name in ("tmi.nc", "pole.nc"):
        with xr.open_dataset(name) as data:
            (values,) = (of for of in data.data_vars.values() if of.ndim == 2)
            peak = values.where(values == values.max(), drop=True)
            assert abs(float(peak["easting"][0]) - largest) <= 2000.0
            rows.append(float(peak["northing"][0]))
    assert rows[1] >= rows[0]  # north of the equator, anomalies lie south of what makes them
    case.main(tmp_path / "tmi.nc", tmp_path / "pole.nc", tmp_path / "model.nc", tmp_path / "picture.png")
    assert "median of" in capsys.readouterr().out
    assert (tmp_path / "picture.png").stat().st_size > 10_000


def test_the_figure_is_small():
    assert 10_000 < (CASES / "wisconsin.png").stat().st_size < 300_000
