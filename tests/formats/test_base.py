"""What a format sees of a file: its first bytes and lines."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from geoinv.formats.base import Format, Head
from geoinv.formats.registry import FORMATS


@pytest.mark.parametrize("kind", ["NETCDF4", "NETCDF3_CLASSIC", "NETCDF3_64BIT"])
def test_every_kind_of_netcdf_is_known_by_its_first_bytes(kind: str, tmp_path: Path) -> None:
    engine = "netcdf4" if kind == "NETCDF4" else "scipy"
    xr.Dataset({"a": ("x", np.arange(3.0))}).to_netcdf(tmp_path / "a.txt", format=kind, engine=engine)
    head = Head(tmp_path / "a.txt")
    assert head.is_netcdf
    assert head.of_dataset(lambda data: data["a"].values.tolist()) == [0.0, 1.0, 2.0]


def test_first_lines_are_counted_without_comments(tmp_path: Path) -> None:
    text = "! 1 2 3 4\n3 2*0.5 -1e3 ! a comment\n\nx 1\n"
    for name, content in (("a", text.encode()), ("a.gz", gzip.compress(text.encode()))):
        (tmp_path / name).write_bytes(content)
        head = Head(tmp_path / name)
        assert not head.is_netcdf
        assert head.rows == [["3", "2*0.5", "-1e3"], ["x", "1"]]
        assert head.counts == [3, 2]
        assert head.numbers == [True, False]


def test_only_the_first_lines_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1 2\n" * 500)
    assert len(Head(tmp_path / "a").rows) == 50


def test_a_format_holds_what_it_reads() -> None:
    found = Format("any", lambda head: True, {"survey": print, "mesh": print})
    assert found.holds == ("survey", "mesh")
    assert {what for kind in FORMATS for what in kind.holds} == {"survey", "mesh", "model", "topography", "grid"}
