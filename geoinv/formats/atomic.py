"""Files written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geoinv.core.checks import InputError
from geoinv.formats.partial import Partial

__all__ = ["check_writable", "file_target", "whole_file"]

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_BLOCK = 4096
"""Bytes written to see whether a disk has room: what most file systems give at least."""


def file_target(path: str | Path) -> Path:
    """Where a file would stand, links followed.

    Raises
    ------
    InputError
        If the name cannot be one, there is no such folder, or a folder or device stands there.
    """
    try:
        target = Path(os.path.realpath(path))
        if not target.parent.is_dir():
            raise InputError(_no_folder(path))
        with suppress(FileNotFoundError):
            _refuse_others(path, os.lstat(target).st_mode)
    except InputError:
        raise
    except OSError as error:
        raise InputError(_sentence(path, error)) from error
    except ValueError as error:  # a null byte, or characters that no name has
        raise InputError(f"{path!r} expects a file name that the system can take ({error}); rename it") from None
    return target


def _refuse_others(path: str | Path, mode: int) -> None:
    """Reject what is there and no file."""
    if stat.S_ISREG(mode):
        return
    if stat.S_ISLNK(mode):
        raise InputError(f"{path} expects the name of a file to write, got a link that leads to itself; remove it")
    what = "a folder" if stat.S_ISDIR(mode) else "a device"
    raise InputError(f"{path} expects the name of a file to write, got {what}; add a file name")


def check_writable(path: str | Path) -> None:
    """Reject a place where :func:`whole_file` would fail, by writing a little beside it; nothing stays.

    Raises
    ------
    InputError
        If `path` is no place for a file, the folder cannot be written to, or the disk is full.
    """
    target = file_target(path)
    try:
        with Partial(target) as partial:
            partial.path.write_bytes(bytes(_BLOCK))
            partial.sync()
    except OSError as error:
        raise InputError(_sentence(path, error)) from error


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, and rename it to `path` when the block ends well.

    A reader never sees half a file: after an error, a full disk or Ctrl-C, what stood at `path`
    before still stands there, and the temporary file is gone. A file that is replaced passes on its
    permissions.

    Parameters
    ----------
    path : str or Path
        Where the file shall stand; a link is followed.

    Yields
    ------
    Path
        An empty file in the same folder, of an unpredictable name that ends in ``.partial``.

    Raises
    ------
    InputError
        If `path` is no place for a file, or the disk is full.
    """
    target = file_target(path)
    try:
        with Partial(target) as partial:
            yield partial.path
            partial.sync()
            partial.replace_target()
    except OSError as error:
        raise InputError(_sentence(path, error)) from error


def _sentence(path: str | Path, error: OSError) -> str:
    """What went wrong with the disk, and what to do."""
    if error.errno in _NO_ROOM:
        return (
            f"{path} expects room on its disk, got '{error.strerror}'; free some space or write to another disk "
            "(nothing was left half-written)"
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return _no_folder(path)
    if error.errno == errno.ENAMETOOLONG:
        return f"{path} expects a name that the system can take, got '{error.strerror}'; choose a shorter one"
    return f"{path} expects a place that can be written, got '{error.strerror}'; choose another folder"


def _no_folder(path: str | Path) -> str:
    return f"{path} expects an existing folder, got no {Path(path).parent}; create it first"
