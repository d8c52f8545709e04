from __future__ import annotations

from pathlib import Path

import pytest
import xarray as xr

from geoinv import Grid
from geoinv.cli import main
from geoinv.core.printable import printable
from geoinv.formats import write_netcdf


def test_only_what_steers_a_terminal_is_escaped() -> None:
    assert printable("plain\n\ttext, µT and χ²") == "plain\n\ttext, µT and χ²"
    assert printable("\x1b]0;title\x07\x9b31m\x7f\r\u202e\ud800\u2028") == (
        "\\x1b]0;title\\x07\\x9b31m\\x7f\\r\\u202e\\ud800\\u2028"
    )


def test_escape_codes_in_a_file_do_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grid = Grid.regular((1, 1, 2), (1, 1, 1))
    data = grid.to_xarray(susceptibility=[[[0.1, 0.2]]])
    data = data.assign_attrs(status="\x1b[2J\x1b[31mall is well", chi2_per_datum=1.0)
    data["tmi_predicted"] = ("station", [1.0])
    write_netcdf(tmp_path / "a.nc", data)
    assert main(["info", str(tmp_path / "a.nc")]) == 0
    out = capsys.readouterr().out
    assert "all is well" in out
    assert "\x1b" not in out


def test_escape_codes_in_a_name_do_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    xr.Dataset({"\x9b[31mred": ("time", [1.0])}).to_netcdf(tmp_path / "a.nc")
    assert main(["info", str(tmp_path / "a.nc")]) == 1
    err = capsys.readouterr().err
    assert "red" in err
    assert "\x9b" not in err
