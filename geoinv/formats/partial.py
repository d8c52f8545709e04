"""The temporary file that becomes an output: its name, its permissions, and what earlier processes left of it."""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

__all__ = ["Partial", "remove_abandoned"]

_PREFIX, _SUFFIX = "geoinv-", ".partial"
_RECENT = 60.0
"""Seconds after its last change in which a file is never taken for abandoned: locks of network folders end early."""

_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Partial:
    """A file in the folder of its target, gone at the end of the block unless it has replaced the target.

    Its name cannot be foreseen, so nobody plants a link there and two writers never share one. Its
    writer holds a lock on it: one without, a minute old, was left by a killed process, and the next
    writer in the folder removes it.

    Parameters
    ----------
    target : Path
        Where the file shall stand in the end; no link.

    Attributes
    ----------
    path : Path
        The temporary file.

    Raises
    ------
    OSError
        If it cannot be made.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._replaced = _status(target)
        remove_abandoned(target.parent)
        # never wider than the file to replace, and its owner must be able to write
        mode = 0o666 if self._replaced is None else _permissions(self._replaced)
        self.path, self._descriptor = _created(target.parent, mode | stat.S_IRUSR | stat.S_IWUSR)

    def __enter__(self) -> Partial:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what has not replaced the target."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)

    def sync(self) -> None:
        """Wait until the content is on the disk."""
        with open(self.path, "rb+") as file:
            os.fsync(file.fileno())

    def replace_target(self) -> None:
        """Put the file in place of its target, with the owner and the permissions of the latter."""
        if self._replaced is not None:
            for owner in ((-1, self._replaced.st_gid), (self._replaced.st_uid, -1)):
                with suppress(OSError):  # only root may give files away
                    os.chown(self.path, *owner)
            with suppress(OSError):  # some file systems know no permissions
                os.chmod(self.path, _permissions(self._replaced))
        os.replace(self.path, self._target)


def remove_abandoned(folder: Path) -> None:
    """Remove the temporary files in a folder whose writers are no more."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX) and entry.name.endswith(_SUFFIX):
                _remove_if_abandoned(Path(entry.path))


def _remove_if_abandoned(path: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(path, _OLD)
        try:
            status = os.fstat(descriptor)
            own = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
            if own and time.time() - status.st_mtime > _RECENT:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
        finally:
            os.close(descriptor)


def _created(folder: Path, mode: int) -> tuple[Path, int]:
    """New file, open and locked where the file system has locks."""
    while True:
        path = folder / f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"
        descriptor = os.open(path, _NEW, mode)
        if _owned(path, descriptor):
            return path, descriptor
        os.close(descriptor)


def _owned(path: Path, descriptor: int) -> bool:
    """Lock a new file; False where another writer took it for abandoned before it was locked."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # this file system has no locks
        return True
    return _status(path) is not None


def _permissions(status: os.stat_result) -> int:
    return stat.S_IMODE(status.st_mode) & 0o777


def _status(path: Path) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except FileNotFoundError:
        return None
