"""The file to write: whether it can be, before the long computation, and what stands in it about its origin."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from collections.abc import Sequence
from pathlib import Path

import typer

from geoinv.checks import InputError

__all__ = ["check_output", "provenance"]


def check_output(path: Path, suffixes: Sequence[str], inputs: Sequence[Path] = ()) -> None:
    """Refuse an output that cannot be written in the end.

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
        If the suffix is another, there is no such folder, it cannot be written to, or the output is
        one of the inputs.
    """
    from geoinv.formats.atomic import file_target

    if suffixes and path.suffix.lower() not in suffixes:
        raise InputError(f"{path} expects a name that ends in {' or '.join(suffixes)}, got {path.name!r}; rename it")
    target = file_target(path)
    if not os.access(target.parent, os.W_OK):
        raise InputError(f"{path} expects a folder that can be written to, got {path.parent}; choose another folder")
    for source in inputs:
        if os.path.realpath(source) == str(target):
            raise InputError(f"{path} expects an output beside the inputs, got one of them; choose another name")


def provenance(context: typer.Context, inputs: Sequence[Path]) -> dict[str, str]:
    """Attributes that say which command made a file, and from what.

    Returns
    -------
    dict
        ``history``, the command line, and ``inputs``, the SHA-256 of each file as JSON.
    """
    checksums = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in inputs}
    return {"history": shlex.join(["geoinv", *context.find_root().obj]), "inputs": json.dumps(checksums)}
