"""A file that grows by whole records: numbers and arrays, each with its checksum, so that a kill costs the last one."""

from __future__ import annotations

import fcntl
import io
import json
import os
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.formats.atomic import whole_file

__all__ = ["RecordLog"]

Arrays = Mapping[str, npt.NDArray[Any]]

MAGIC = b"geoinv record log 1\n"
_HEAD = struct.Struct("<QQL")
"""Before each record: bytes of its JSON, bytes of its arrays, and the CRC-32 of both."""


class RecordLog:
    """Records on disk, the first of which says what the file is.

    A record is written behind the others and waits until it is on the disk, so that the file costs each array once.
    What a kill leaves of a record is no whole one by its checksum: opening the file drops it.

    Parameters
    ----------
    path : Path
        A file that :meth:`create` made.

    Attributes
    ----------
    about : dict
        What :meth:`create` was told.
    dropped : int
        Bytes behind the last whole record that were found on opening.

    Raises
    ------
    InputError
        If the file cannot be read, is none of this kind, or another process writes to it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "steps.log")
    ...     RecordLog.create(path, {"of": "an example"})
    ...     with RecordLog(path) as log:
    ...         log.append({"beta": 2.0}, {"model": np.ones(3)})
    ...     with RecordLog(path) as log:
    ...         log.about, len(log), log.read(0)
    ({'of': 'an example'}, 1, ({'beta': 2.0}, {'model': array([1., 1., 1.])}))
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = open(path, "r+b")  # noqa: SIM115  (closed by close)
        except OSError as error:
            raise InputError(f"{path} expects a file that can be read and written, got '{error.strerror}'") from None
        try:
            self._lock()
            if self._file.read(len(MAGIC)) != MAGIC:
                raise InputError(f"{path} expects a checkpoint of geoinv, got another file; remove it or rename it")
            self._places = self._whole_records()
            if not self._places:
                raise InputError(f"{path} expects a whole checkpoint, got one whose beginning is damaged; remove it")
            self.about, _ = self.read(-1)
            self.dropped = os.fstat(self._file.fileno()).st_size - self._end
        except BaseException:
            self._file.close()
            raise

    @staticmethod
    def create(path: Path, about: Mapping[str, Any]) -> None:
        """Make a file without records, whole or not at all, in place of what stood there.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        with whole_file(path) as partial:
            partial.write_bytes(MAGIC + _packed(about, {}))

    def __enter__(self) -> RecordLog:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def __len__(self) -> int:
        """Whole records."""
        return len(self._places) - 1

    def about_record(self, number: int) -> dict[str, Any]:
        """Numbers of a record, counted from 0."""
        return self._numbers(number)[0]

    def _numbers(self, number: int) -> tuple[dict[str, Any], int]:
        """Numbers of a record, and the bytes of its arrays, which come next."""
        self._file.seek(self._places[number + 1])
        words, size, _ = _HEAD.unpack(self._file.read(_HEAD.size))
        return dict(json.loads(self._file.read(words))), size

    def read(self, number: int) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
        """Numbers and arrays of a record, counted from 0."""
        meta, size = self._numbers(number)
        with np.load(io.BytesIO(self._file.read(size)), allow_pickle=False) as stored:
            return meta, {name: stored[name] for name in stored.files}

    def append(self, meta: Mapping[str, Any], arrays: Arrays) -> None:
        """Write a record behind the others; what cannot be written whole leaves none.

        Raises
        ------
        OSError
            If the disk is full, or gone.
        """
        record = _packed(meta, arrays)
        try:
            self._file.seek(self._end)
            self._file.truncate()
            self._file.write(record)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(self._end)
            raise
        self._places.append(self._end)
        self._end += len(record)

    def keep(self, count: int) -> None:
        """Drop the records behind the first so many: the next one is written in their place."""
        if count < len(self):
            self._end = self._places[count + 1]
            del self._places[count + 1 :]

    def close(self) -> None:
        """Close the file, and let others write to it."""
        self._file.close()

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"{self.path} expects one process at a time, got one that another writes to; wait for it, or choose "
                "another output"
            ) from None
        except OSError:  # this file system has no locks
            pass

    def _whole_records(self) -> list[int]:
        """Where records begin whose checksum is right, up to the first that is not."""
        places: list[int] = []
        self._end = len(MAGIC)
        while True:
            head = self._file.read(_HEAD.size)
            if len(head) < _HEAD.size:
                return places
            words, size, checksum = _HEAD.unpack(head)
            left = os.fstat(self._file.fileno()).st_size - self._file.tell()
            if words + size > left or zlib.crc32(self._file.read(words + size)) != checksum:
                return places
            places.append(self._end)
            self._end += _HEAD.size + words + size


def _packed(meta: Mapping[str, Any], arrays: Arrays) -> bytes:
    text = json.dumps(dict(meta)).encode()
    stored = io.BytesIO()
    np.savez(stored, allow_pickle=False, **arrays)
    body = text + stored.getvalue()
    return _HEAD.pack(len(text), len(body) - len(text), zlib.crc32(body)) + body
