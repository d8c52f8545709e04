"""The file to write: whether it can be, before the long computation, and what stands in it about its origin."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from geoinv.cli.support.terminal import fail
from geoinv.core.checks import InputError
from geoinv.core.interrupts import interrupts_held

__all__ = ["JOB", "Written", "check_output", "make_folder", "provenance", "write_result"]

JOB = "geoinv.job"
"""Where the context of a command holds its options as a job file."""


def check_output(path: Path, suffixes: Sequence[str], inputs: Sequence[Path] = ()) -> None:
    """Reject an output that cannot be written in the end, by writing a little in its folder.

    Parameters
    ----------
    path : Path
        Output.
    suffixes : sequence of str
        Suffixes that are known; any if empty.
    inputs : sequence of Path, optional
        Files that the output must not replace.

    Raises
    ------
    InputError
        If the suffix is another, the name cannot be one, there is no such folder, it cannot be written
        to, its disk is full, or the output is one of the inputs.
    """
    from geoinv.formats.atomic import check_writable, file_target
    from geoinv.formats.zarr_folder import SUFFIX, check_zarr_writable

    if suffixes and path.suffix.lower() not in suffixes:
        raise InputError(f"{path} expects a name that ends in {' or '.join(suffixes)}, got {path.name!r}; rename it")
    try:
        os.fsencode(path).decode("utf-8")
    except UnicodeError:  # netCDF could not open it again
        raise InputError(f"{path} expects a name in UTF-8, got bytes that are none; rename it") from None
    folder = path.suffix.lower() == SUFFIX and bool(suffixes)
    target = Path(os.path.realpath(path)) if folder else file_target(path)
    for source in inputs:
        if os.path.realpath(source) == str(target) or (target.exists() and _same_file(source, target)):
            raise InputError(f"{path} expects an output beside the inputs, got one of them; choose another name")
    (check_zarr_writable if folder else check_writable)(path)


def _same_file(source: Path, target: Path) -> bool:
    try:
        return os.path.samefile(source, target)
    except OSError:
        return False


def make_folder(folder: Path, files: Sequence[str]) -> None:
    """Make a folder for outputs, and reject one in which they cannot be written.

    Raises
    ------
    InputError
        If it cannot be made, or as :func:`check_output`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # a null byte is no OSError
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{folder} expects a place for a folder, got '{reason}'; choose another") from None
    for name in files:
        check_output(folder / name, ())


@dataclass(frozen=True)
class Written:
    """Where a result stands.

    Parameters
    ----------
    path : Path
        Its file.
    problem : str, optional
        Why it is not where it was wanted; empty where it is.
    """

    path: Path
    problem: str = ""

    def confirm(self) -> None:
        """End the command with the sentence and exit code 1, unless the result is where it was wanted."""
        if self.problem:
            raise typer.Exit(fail(self.problem))


def write_result(out: Path, write: Callable[[Path], None]) -> Written:
    """Write what a long computation has found, in another place if need be; signals do not interrupt it.

    Parameters
    ----------
    out : Path
        Where it is wanted.
    write : callable
        Writes it to a path, whole or not at all.

    Returns
    -------
    Written
        Say everything else first, then :meth:`Written.confirm`.

    Raises
    ------
    Exception
        As `write` does for `out`, if it fails in the working folder, the user's and the temporary one too.
    """
    with interrupts_held():
        try:
            write(out)
            return Written(out)
        except Exception as error:
            for place in _places(out):
                try:
                    write(place)
                except Exception:
                    continue
                return Written(place, f"{error}; the result stands in {place} in its place: move it")
            raise


def _places(out: Path) -> Iterator[Path]:
    """Paths where nothing stands yet, in folders that are not that of the output."""
    names = (out.name, f"geoinv-result{out.suffix}")
    for folder in (Path.cwd, Path.home, lambda: Path(tempfile.gettempdir())):
        try:
            place = folder()
        except (OSError, RuntimeError):  # removed, or there is no home
            continue
        for name in names:
            path, number = place / name, 1
            while os.path.lexists(path):
                path, number = place / f"{Path(name).stem}-{number}{out.suffix}", number + 1
            yield path


def _checksum(path: Path) -> str:
    """SHA-256 of a file; of a folder, that of the names and the contents of all files in it."""
    if not path.is_dir():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    total = hashlib.sha256()
    for file in sorted(one for one in path.rglob("*") if one.is_file()):
        total.update(f"{file.relative_to(path).as_posix()}\0".encode("utf-8", "surrogateescape"))
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def provenance(context: typer.Context, inputs: Sequence[Path]) -> dict[str, str]:
    """Attributes that say which command made a file, and from what.

    Returns
    -------
    dict
        ``history``, the command line; ``inputs``, the SHA-256 of each file as JSON; and ``job``, the job file that does
        the same from the folder of the output, where the command can be given one.
    """
    checksums = {str(path): _checksum(path) for path in inputs}
    told = {"history": shlex.join(["geoinv", *context.find_root().obj]), "inputs": json.dumps(checksums)}
    if JOB in context.meta:
        told["job"] = context.meta[JOB]
    # names that are not UTF-8 would stop the writing
    return {name: text.encode("utf-8", "backslashreplace").decode("utf-8") for name, text in told.items()}
