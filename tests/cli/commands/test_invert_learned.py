"""``geoinv invert --regularizer learned``: the target is met, with error bars and with what is doubted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from cli_refusal import refused

import geoinv
from geoinv.cli import main
from geoinv.operators import Magnetics

pytest.importorskip("torch")

OPTIONS = ["--field", "60", "10", "50000", "--noise", "3", "--cell", "20", "--depth", "160", "--out", "out.nc"]


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """TMI of a block under 12 x 12 stations, with 3 nT of noise."""
    monkeypatch.chdir(tmp_path)
    along = np.arange(10.0, 240.0, 20.0)
    easting, northing = (axis.ravel() for axis in np.meshgrid(along, along))
    survey = geoinv.Survey(easting, northing, np.full(144, 25.0), field=geoinv.MainField(60.0, 10.0, 50000.0))
    grid = geoinv.Grid.regular((8, 12, 12), (20.0, 20.0, 20.0), (-160.0, 0.0, 0.0))
    rock = np.zeros(grid.shape)
    rock[4:7, 4:8, 5:8] = 0.05
    data = Magnetics(grid, survey)(rock)[0] + 3.0 * np.random.default_rng(0).standard_normal(144)
    rows = np.column_stack([easting, northing, survey.upward, data])
    np.savetxt("lines.csv", rows, delimiter=",", header="easting,northing,upward,tmi", comments="", fmt="%.3f")
    return tmp_path


def test_the_result_fits_and_has_error_bars(lines: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["invert", "lines.csv", *OPTIONS, "--regularizer", "learned"]) == 0
    told = capsys.readouterr().out
    assert "prior     learned" in told
    assert "target reached" in told
    with xr.open_dataset("out.nc") as result:
        model, high = result["susceptibility"], result["susceptibility_percentile_95"]
        assert float(model.min()) >= 0.0
        known = np.isfinite(high)
        assert bool(known.any())
        assert bool((high >= model).where(known, True).all())
        assert 0.97 < float(result.attrs["chi2_per_datum"]) < 1.011
        # where the block is: 20 to 100 m deep
        strongest = model.where(model == model.max(), drop=True)
        assert 100.0 < float(strongest.easting[0]) < 160.0
    assert main(["view", "out.nc", "--out", "out.png"]) == 0
    assert Path("out.png").stat().st_size > 10_000


def test_sizes_that_it_was_not_trained_for_are_doubted(lines: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = Path("lines.csv").read_text().replace(",25.000,", ",75.000,")
    Path("lines.csv").write_text(text)
    main(["invert", "lines.csv", *OPTIONS, "--regularizer", "learned", "--weighting", "distance"])
    assert "height of the stations" in capsys.readouterr().out


def test_other_unknowns_are_rejected(lines: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = [*OPTIONS, "--regularizer", "learned", "--unknown", "magnetization"]
    words = refused(["invert", "lines.csv", *options], capsys, lines)
    assert "a susceptibility in each cell of a mesh" in words


def test_a_stopped_inversion_goes_on_to_the_same_model(lines: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from geoinv.inversion.checkpoint import Checkpoint

    command = ["invert", "lines.csv", *OPTIONS, "--regularizer", "learned"]
    assert main(command) == 0
    with xr.open_dataset("out.nc") as result:
        whole = result.susceptibility.values
    add, left = Checkpoint.add, [6]

    def stopped(*arguments: Any) -> None:
        add(*arguments)
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "add", stopped)
        assert main(command) == 1
    assert main([*command, "--resume"]) == 0
    with xr.open_dataset("out.nc") as result:
        np.testing.assert_array_equal(result.susceptibility.values, whole)
