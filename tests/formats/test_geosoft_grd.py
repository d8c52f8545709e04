"""Geosoft grids, beside what Harmonica reads of them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError
from geoinv.formats import describe, recognise
from geoinv.formats.geosoft_grd import read_geosoft_grd

VALUES = np.array([[1.5, 2.0, -3.0], [4.0, np.nan, 6.0]])


def grid_file(path: Path, kind: str, code: int, sign: int, order: int = 1, blocks: int = 0, **changed: object) -> Path:
    """Grid of :data:`VALUES`, twice as large and 10 less, which the head undoes; compressed in some blocks."""
    head = {"size": code + 1024 * bool(blocks), "sign": sign, "columns": 3, "rows": 2, "order": order}
    head |= {"across": 25.0, "along": 20.0, "west": 5e5, "south": 6e6, "rotation": 0.0, "base": 10.0, "factor": 2.0}
    head |= changed
    dummy = {"f": -1e32, "d": -1e32, "h": -32767}[kind]
    scaled = 2.0 * (VALUES - 10.0)
    stored = np.where(np.isnan(scaled), dummy, scaled).astype(f"<{np.dtype(kind).str[1:]}")
    body = (stored if order == 1 else stored.T).tobytes()
    if blocks:
        size = -(-len(body) // blocks)
        packed = [bytes(16) + zlib.compress(body[k * size : (k + 1) * size]) for k in range(blocks)]
        begins = 512 + 16 + 12 * blocks + np.cumsum([0, *map(len, packed)])[:-1]
        table = struct.pack(f"<4i{blocks}q{blocks}i", 0, 0, blocks, 1, *begins, *map(len, packed))
        body = table + b"".join(packed)
    path.write_bytes(struct.pack("<5i7d", *head.values()).ljust(512, b"\0") + body)
    return path


@pytest.mark.parametrize(("kind", "code", "sign"), [("f", 4, 2), ("d", 8, 2), ("h", 2, 1)])
@pytest.mark.parametrize("blocks", [0, 1, 2])
def test_values_are_scaled_and_dummies_are_none_in_every_type(
    kind: str, code: int, sign: int, blocks: int, tmp_path: Path
) -> None:
    path = grid_file(tmp_path / "a.grd", kind, code, sign, blocks=blocks)
    assert recognise(path).name == "Geosoft GRD grid"
    grid = read_geosoft_grd(path)
    npt.assert_array_equal(grid.bands[0].values, VALUES)
    npt.assert_array_equal(grid.easting, [500000.0, 500025.0, 500050.0])
    npt.assert_array_equal(grid.northing, [6e6, 6e6 + 20.0])
    by_columns = grid_file(tmp_path / "b.grd", kind, code, sign, order=-1, blocks=blocks)
    npt.assert_array_equal(read_geosoft_grd(by_columns).bands[0].values, VALUES)


def test_a_real_grid_is_read_as_harmonica_reads_it(shared_data: Path) -> None:
    harmonica = pytest.importorskip("harmonica")
    path = shared_data / "mount_milligan_1991" / "Mount_Milligan_MTF.GRD"
    grid, expected = read_geosoft_grd(path), harmonica.load_oasis_montaj_grid(path)
    npt.assert_array_equal(grid.bands[0].values, expected.values)
    npt.assert_array_equal(grid.easting, expected.easting.values)
    npt.assert_array_equal(grid.northing, expected.northing.values)
    assert grid.crs == "EPSG:26710"
    assert "337 x 816 nodes" in describe(path)
    assert "coordinate system: EPSG:26710" in describe(path)


def test_cut_rotated_and_forged_grids_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.grd"
    for blocks in (0, 2):
        whole = grid_file(path, "f", 4, 2, blocks=blocks).read_bytes()
        for end in range(80, len(whole) - 6, 3):
            path.write_bytes(whole[:end])
            with pytest.raises(InputError, match="cut short or broken"):
                read_geosoft_grd(path)
    with pytest.raises(InputError, match="along the axes, got one rotated by 15; resample it"):
        read_geosoft_grd(grid_file(path, "f", 4, 2, rotation=15.0))
    with pytest.raises(InputError, match="a grid that is in its file and fits"):
        read_geosoft_grd(grid_file(path, "f", 4, 2, columns=2**31 - 1, rows=2**31 - 1))
    for changed in ({"rows": 0}, {"across": float("nan")}, {"factor": float("inf")}, {"order": 2}):
        with pytest.raises(InputError, match="its head"):
            read_geosoft_grd(grid_file(path, "f", 4, 2, **changed))
