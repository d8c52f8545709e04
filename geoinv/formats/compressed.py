"""Packed files (``.gz .xz .bz2``, ``.zip`` with one file in it), read as what they hold.

What packs a file is told by its first bytes. It is unpacked a chunk at a time, so that a small file that unpacks
to more than fits in memory is stopped on its way.
"""

from __future__ import annotations

import atexit
import bz2
import gzip
import lzma
import os
import shutil
import tempfile
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, cast

from geoinv.core.checks import InputError
from geoinv.core.memory import SHARE, available_memory
from geoinv.formats.budget import chunks_within

__all__ = ["BROKEN", "SUFFIXES", "broken", "name_inside", "plain_file", "unpacked"]

SUFFIXES = (".gz", ".xz", ".bz2", ".zip")
"""Of the names of packed files; the one before says what is in them."""

BROKEN = (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError)
"""What the libraries raise on a packed file that is cut or broken."""

_MARKS = {b"\x1f\x8b": "gzip", b"\xfd7zXZ\x00": "xz", b"BZh": "bzip2", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip"}
_CHUNK = 1 << 20
_KEPT = 4  # unpacked copies for libraries that read files only
_IGNORED = ("__MACOSX/",)


class _Unpacking(RawIOBase):
    """What a packed stream holds, one chunk at a time; several packed one behind another are one."""

    def __init__(self, file: BinaryIO, made: Callable[[], Any]) -> None:
        self._file, self._made, self._decompressor = file, made, made()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            if self._decompressor.eof:
                rest = self._decompressor.unused_data or self._file.read(_CHUNK)
                if not rest.strip(b"\0"):
                    return 0
                self._decompressor = self._made()
            elif self._decompressor.needs_input:
                rest = self._file.read(_CHUNK)
                if not rest:
                    raise EOFError("it ends before its end")
            else:
                rest = b""
            try:
                found = self._decompressor.decompress(rest, len(buffer))
            except (OSError, ValueError) as error:  # of bz2
                raise lzma.LZMAError(str(error)) from None
            if found:
                buffer[: len(found)] = found
                return len(found)


def _most() -> int:
    """Bytes that an unpacked file, or the dictionary it is packed with, may take."""
    return int(min(SHARE * available_memory(), 1 << 62))


def _packing_of(file: BinaryIO) -> str:
    """What packs a file that is open at its beginning, where it stays; empty where nothing does."""
    head = file.read(6)
    file.seek(0)
    return next((name for mark, name in _MARKS.items() if head.startswith(mark)), "")


@contextmanager
def unpacked(path: str | Path, file: BinaryIO) -> Iterator[BinaryIO]:
    """Open what a file holds, itself where it is not packed.

    Parameters
    ----------
    path : str or Path
        The file, for errors.
    file : BinaryIO
        Open at its beginning.

    Raises
    ------
    InputError
        If a zip archive holds another number of files than one, or asks for a password.
    """
    packing = _packing_of(file)
    if packing == "gzip":
        yield cast(BinaryIO, gzip.GzipFile(fileobj=file))
    elif packing == "xz":
        yield BufferedReader(_Unpacking(file, lambda: lzma.LZMADecompressor(memlimit=_most())))
    elif packing == "bzip2":
        yield BufferedReader(_Unpacking(file, bz2.BZ2Decompressor))
    elif packing == "zip":
        with zipfile.ZipFile(file) as archive:
            member = _only(path, archive)
            try:
                stream = archive.open(member)
            except (OSError, ValueError) as error:  # it is said to begin before the file does
                raise zipfile.BadZipFile(str(error)) from None
            with stream:
                yield cast(BinaryIO, stream)
    else:
        yield file


def _only(path: str | Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The only file in a zip archive."""
    entries = archive.infolist()
    names = [one.filename for one in entries]
    if "[Content_Types].xml" in names:
        raise InputError(f"{path} expects text or netCDF, got an Excel workbook; save its sheet as CSV")
    files = [one for one in entries if not one.is_dir() and not one.filename.startswith(_IGNORED)]
    if len(files) != 1:
        shown = f" ({', '.join(repr(one.filename[:40]) for one in files[:3])}{', ...' if len(files) > 3 else ''})"
        raise InputError(
            f"{path} expects a zip archive with one file in it, got {len(files)}{shown if files else ''}; unpack it, "
            "and give the file that is meant"
        )
    if files[0].flag_bits & 1:
        raise InputError(f"{path} expects a zip archive without a password, got one with; unpack it first")
    return files[0]


def name_inside(path: str | Path) -> Path:
    """Name of a file without the suffix of what packs it: ``model.sus`` of ``model.sus.gz``.

    Examples
    --------
    >>> name_inside("model.sus.gz").name, name_inside("model.sus").name
    ('model.sus', 'model.sus')
    """
    path = Path(path)
    return path.with_suffix("") if path.suffix.lower() in SUFFIXES else path


_copies: OrderedDict[tuple[str, int, int, int], str] = OrderedDict()


def plain_file(path: str | Path) -> Path:
    """File for a library that reads files only: itself, or a copy of what it holds in a temporary folder.

    The copies of the last few files stay until the process ends.

    Raises
    ------
    InputError
        If it is broken, or unpacks to more than fits in half of the free memory.
    """
    with open(path, "rb") as file:
        if not _packing_of(file):
            return Path(path)
        status = os.fstat(file.fileno())
        key = (os.path.realpath(path), status.st_ino, status.st_size, status.st_mtime_ns)
        if key in _copies:
            _copies.move_to_end(key)
            return _copy_in(_copies[key], path)
        folder = tempfile.mkdtemp(prefix="geoinv-unpacked-")
        try:
            with unpacked(path, file) as stream, open(_copy_in(folder, path), "wb") as copy:
                _copy_within(path, stream, copy)
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, BROKEN):
                raise broken(path, error) from None
            raise
    _copies[key] = folder
    _remove_copies(_KEPT)
    return _copy_in(folder, path)


@atexit.register
def _remove_copies(kept: int = 0) -> None:
    """Remove the oldest copies, all but some."""
    while len(_copies) > kept:
        shutil.rmtree(_copies.popitem(last=False)[1], ignore_errors=True)


def broken(path: str | Path, error: BaseException) -> InputError:
    """Error about a packed file that is cut or broken."""
    with open(path, "rb") as file:
        packing = _packing_of(file)
    return InputError(f"{path} expects a whole {packing} file, got a broken one ({error}); copy it again")


def _copy_in(folder: str, path: str | Path) -> Path:
    # a name of our own: that of the member may lead elsewhere
    return Path(folder, f"content{name_inside(path).suffix[:16]}")


def _copy_within(path: str | Path, stream: BinaryIO, copy: BinaryIO) -> None:
    most = min(_most(), int(SHARE * shutil.disk_usage(tempfile.gettempdir()).free))
    copy.writelines(chunks_within(path, stream, most, "half of the free memory and disk"))
