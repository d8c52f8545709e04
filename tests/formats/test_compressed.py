"""Packed files of every kind: what they hold is read, what unpacks without end is stopped, what is broken is said."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from table_files import FIELD

from geoinv import Grid, InputError, Survey
from geoinv.formats import budget, compressed, read_mesh, read_model, read_survey, recognise, write_model, write_survey
from geoinv.formats.compressed import plain_file
from geoinv.formats.text import read_bytes


def zipped(content: bytes, *others: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/", "")
        archive.writestr("folder/a.csv", content)
        archive.writestr("__MACOSX/._a.csv", b"\0\1")
        for name in others:
            archive.writestr(name, "x")
    return buffer.getvalue()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
    "zip": zipped,
}
SURVEY = Survey([5e5, 5e5 + 10], [6e6, 6e6], [9.0, 9.5], field=FIELD, data=[1.5, -2.0], uncertainty=0.5)
GRID = Grid.regular((2, 3, 4), (10.0, 20.0, 25.0), (0.0, 0.0, 0.0))
every_packing = pytest.mark.parametrize("packing", PACKED)


@every_packing
@pytest.mark.parametrize("suffix", ["csv", "obs", "nc", "xyz"])
def test_surveys_are_read_from_packed_files(packing: str, suffix: str, tmp_path: Path) -> None:
    plain = tmp_path / f"a.{suffix}"
    write_survey(plain, SURVEY)
    path = tmp_path / f"b.{suffix}.{packing}"
    path.write_bytes(PACKED[packing](plain.read_bytes()))
    survey = read_survey(path, field=FIELD)
    npt.assert_array_equal(survey.data, SURVEY.data)
    npt.assert_array_equal(survey.upward, SURVEY.upward)
    assert recognise(path).name == recognise(plain).name


@every_packing
def test_models_are_told_by_the_name_inside(packing: str, tmp_path: Path) -> None:
    model = np.linspace(0.0, 0.1, 24).reshape(GRID.shape)
    for suffix in ("sus", "nc"):
        write_model(tmp_path / f"a.{suffix}", GRID, model)
        path = tmp_path / f"a.{suffix}.{packing}"
        path.write_bytes(PACKED[packing]((tmp_path / f"a.{suffix}").read_bytes()))
        npt.assert_allclose(read_model(path, GRID), model, rtol=1e-6)
    npt.assert_allclose(read_mesh(path).volumes, GRID.volumes)


@every_packing
def test_what_unpacks_to_more_than_fits_is_stopped(
    packing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"bomb.{packing}"
    path.write_bytes(PACKED[packing](b"0 0 0\n" * 4_000_000))
    assert path.stat().st_size < 1e5
    monkeypatch.setattr(budget, "available_memory", lambda: 200e6)
    monkeypatch.setattr(compressed, "available_memory", lambda: 40e6)
    with pytest.raises(InputError, match=r"expects content of at most 8\.33 MB .*got more"):
        read_bytes(path)
    assert read_bytes(path, 100) == (b"0 0 0\n" * 17)[:100]
    with pytest.raises(InputError, match=r"at most 20(\.0)? MB \(half of the free memory and disk\), got more"):
        plain_file(path)


@every_packing
def test_every_cut_is_a_sentence(packing: str, tmp_path: Path) -> None:
    content = PACKED[packing](np.random.default_rng(1).bytes(300))
    path = tmp_path / f"a.{packing}"
    for end in range(8, len(content) - 1, 7):
        path.write_bytes(content[:end])
        for read in (read_bytes, plain_file):
            with pytest.raises(InputError, match=r"expects a whole (gzip|xz|bzip2|zip) file, got a broken one"):
                read(path)


def test_a_zip_archive_holds_one_file(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(b"1 2 3\n", "b.csv", "c.csv", "../d.csv"))
    with pytest.raises(InputError, match=r"one file in it, got 4 \('folder/a\.csv', 'b\.csv', 'c\.csv', \.\.\.\)"):
        recognise(path)
    path.write_bytes(zipped(b"1 2 3\n", "[Content_Types].xml"))
    with pytest.raises(InputError, match="got an Excel workbook; save its sheet as CSV"):
        recognise(path)
    with zipfile.ZipFile(path, "w"):
        pass
    with pytest.raises(InputError, match="one file in it, got 0; unpack"):
        recognise(path)


def test_what_is_packed_twice_is_to_be_unpacked_once(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(lzma.compress(b"1 2 3\n")))
    with pytest.raises(InputError, match="got an xz file in another; unpack it once"):
        recognise(path)


def test_several_packed_pieces_are_one_file_and_a_dictionary_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for packing in ("gz", "xz", "bz2"):
        pack = PACKED[packing]
        (tmp_path / "a").write_bytes(pack(b"1 2 3\n") + pack(b"4 5 6\n"))
        assert read_bytes(tmp_path / "a") == b"1 2 3\n4 5 6\n"
    (tmp_path / "a").write_bytes(lzma.compress(b"1 2 3\n", preset=9))
    monkeypatch.setattr(compressed, "available_memory", lambda: 1e6)
    with pytest.raises(InputError, match=r"expects a whole xz file, got a broken one .*emory"):
        read_bytes(tmp_path / "a")


def test_a_name_in_an_archive_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../outside.csv", "1 2 3\n4 5 6\n")
    copy = plain_file(tmp_path / "a.zip")
    assert copy.read_text() == "1 2 3\n4 5 6\n"
    assert copy.name == "content"
    assert not (tmp_path.parent / "outside.csv").exists()
    assert plain_file(tmp_path / "a.zip") == copy
