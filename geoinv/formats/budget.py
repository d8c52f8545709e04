"""What reading a file may take: sizes are checked before anything is allocated, and every failure is a sentence."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import BinaryIO, ParamSpec, TypeVar

from geoinv.core.checks import InputError
from geoinv.core.memory import SHARE, available_memory, bytes_text

__all__ = ["chunks_within", "guarded", "guards", "read_within", "refuse_special"]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_CHUNK = 1 << 22  # bytes
_TEXT_IN_MEMORY = 12.0  # bytes that lines and numbers take for each byte of a text file


def refuse_special(path: str | Path) -> None:
    """Reject what is no plain file: a pipe would block, a device has no end.

    Raises
    ------
    InputError
        If a pipe, a socket or a device stands at `path`.
    """
    mode = os.stat(path).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise InputError(f"{path} expects a file, got a pipe or a device; save its content to a file first")


def read_within(path: str | Path, stream: BinaryIO, limit: int = -1) -> bytes:
    """Content of a stream, read in chunks so that one that unpacks to more than fits is stopped.

    Parameters
    ----------
    path : str or Path
        The file, for the error.
    stream : BinaryIO
        Open for reading.
    limit : int, optional
        Most bytes to read; all by default.

    Raises
    ------
    InputError
        If the content, as lines and numbers, would take more than half of the free memory.
    """
    if limit >= 0:
        head = b""
        while len(head) < limit and (more := stream.read(limit - len(head))):
            head += more
        return head
    most = int(SHARE * available_memory() / _TEXT_IN_MEMORY)
    return b"".join(chunks_within(path, stream, most, "of which the numbers fit in half of the free memory"))


def chunks_within(path: str | Path, stream: BinaryIO, most: int, why: str) -> Iterator[bytes]:
    """Content of a stream in chunks, stopped where there is more of it than so many bytes.

    Raises
    ------
    InputError
        If there is more, with why there may not be.
    """
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > most:
            raise InputError(
                f"{path} expects content of at most {bytes_text(most)} ({why}), got more; give a smaller file"
            )
        yield chunk


@contextmanager
def guarded(path: str | Path, what: str) -> Iterator[None]:
    """Turn whatever goes wrong while a file is read into a sentence that names it.

    Parameters
    ----------
    path : str or Path
        The file.
    what : str
        What it is read as: "survey", "mesh".

    Raises
    ------
    InputError
        In place of every other exception.
    """
    try:
        yield
    except (InputError, Warning):  # a warning is raised only where the user turns them into errors
        raise
    except MemoryError:
        raise InputError(
            f"{path} expects a {what} that fits in memory, got one that does not; give a smaller file"
        ) from None
    except Exception as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(
            f"{path} expects a {what} that can be read, got content that ends in {type(error).__name__}"
            f"{f' ({reason})' if reason else ''}; correct the file, or write or copy it again"
        ) from error


def guards(what: str) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Decorate a reader, whose first argument is the path, with :func:`guarded`."""

    def decorate(reader: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        @wraps(reader)
        def guarded_reader(*arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
            with guarded(str(arguments[0] if arguments else options.get("path")), what):
                return reader(*arguments, **options)

        return guarded_reader

    return decorate
