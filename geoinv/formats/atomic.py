"""Files written whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geoinv.checks import InputError

__all__ = ["file_target", "whole_file"]


def file_target(path: str | Path) -> Path:
    """Where a file would stand, links followed.

    Raises
    ------
    InputError
        If there is no such folder, or a folder or device stands there.
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise InputError(_no_folder(path))
    if target.exists() and not target.is_file():
        what = "a folder" if target.is_dir() else "a device"
        raise InputError(f"{path} expects the name of a file to write, got {what}; add a file name")
    return target


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, and rename it to `path` when the block ends well.

    A reader never sees half a file: after an error, a full disk or Ctrl-C, what stood at `path`
    before still stands there, and the temporary file is gone.

    Parameters
    ----------
    path : str or Path
        Where the file shall stand; a link is followed.

    Yields
    ------
    Path
        In the same folder, ending in ``.partial``.

    Raises
    ------
    InputError
        If `path` is no place for a file, or the disk is full.
    """
    target = file_target(path)
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        yield partial
        with open(partial, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(partial, target)
    except OSError as error:
        raise InputError(_sentence(path, error)) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _sentence(path: str | Path, error: OSError) -> str:
    """What went wrong with the disk, and what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return (
            f"{path} expects room on its disk, got '{error.strerror}'; free some space or write to another disk "
            "(nothing was left half-written)"
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return _no_folder(path)
    return f"{path} expects a place that can be written, got '{error.strerror}'; choose another folder"


def _no_folder(path: str | Path) -> str:
    return f"{path} expects an existing folder, got no {Path(path).parent}; create it first"
