"""Job files on the command line: the options of a command by tables and keys, read, written, and put together."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from geoinv.cli.support.outputs import JOB, check_output
from geoinv.cli.support.ranks import others_end
from geoinv.cli.support.terminal import say
from geoinv.core.checks import InputError
from geoinv.jobs.forms import COLUMNS, NUMBER_OR_FILE, NUMBERS, Form, number_or, tables
from geoinv.jobs.keys import Key

__all__ = ["JobOutOption", "WriteJobOption", "job_keys", "runs_jobs"]

JobOutOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="File to write: netCDF .nc, Zarr .zarr.")
]
WriteJobOption = Annotated[
    Path | None,
    typer.Option("--write-job", metavar="FILE", help="Write the options to a job file (.toml), and run nothing."),
]

PLACES: dict[str, tuple[str, ...]] = {
    "survey": ("file", "field", "columns", "height", "elevation", "noise", "every"),
    "mesh": ("mesh=file", "cell", "depth", "mesh_kind=kind", "topo=topography"),
    "regularizer": (
        "regularizer=kind",
        "norms",
        "smallness",
        "smoothness",
        "weighting",
        "weights",
        "classes",
        "reference",
    ),
    "constraints": ("cells", "layer=layers", "body=bodies", "holes"),
    "inversion": (
        "unknown",
        "target",
        "bounds",
        "base_level",
        "initial",
        "susceptibility",
        "demagnetization",
        "engine",
        "rtol",
        "ensemble",
        "doi",
    ),
    "output": ("out=file",),
}
"""Parameters of the command by the tables of a job file, with the name of the key where that is another."""

_INSIDE = {"value": float, "weight": float, "low": float, "high": float}
_OR_FILE = dict.fromkeys(_INSIDE, float | str)
FORMS: dict[str, Form] = {
    "columns": COLUMNS,
    "smoothness": NUMBERS,
    "norms": NUMBERS,
    "reference": NUMBER_OR_FILE,
    "initial": NUMBER_OR_FILE,
    "susceptibility": NUMBER_OR_FILE,
    "base_level": number_or("none", "fit"),
    "cells": tables((), _OR_FILE, files_too=True),
    "layer": tables(("top",), _INSIDE),
    "body": tables(("surface",), {**_INSIDE, "share": float}),
    "holes": tables(
        ("collars", "surveys", "intervals"),
        {"uncertainty": float, "background": float, "column": str, "dip": str, "hard": bool},
    ),
}
"""How options that are texts stand in a job file."""

REQUIRED = ("file", "out")


def job_keys(command: Callable[..., Any]) -> tuple[Key, ...]:
    """Keys of the job files of a command, from its signature: types, defaults and what they are stand there alone."""
    parameters = inspect.signature(command, eval_str=True).parameters
    keys = []
    for section, members in PLACES.items():
        for member in members:
            parameter, _, name = member.partition("=")
            if parameter not in parameters:
                continue
            declared = parameters[parameter]
            annotation, *others = get_args(declared.annotation)
            said = next(other for other in others if hasattr(other, "help"))
            names = [said.default, *(said.param_decls or ())]
            long = [text for text in names if isinstance(text, str) and text.startswith("--")]
            option = long[0] if long else f"--{parameter.replace('_', '-')}"
            default = None if declared.default is inspect.Parameter.empty else declared.default
            help_text = (said.help or "").partition("  [default")[0]
            form, needed = FORMS.get(parameter), parameter in REQUIRED
            keys.append(
                Key(section, name or parameter, parameter, option, annotation, default, help_text, form, needed)
            )
    return tuple(keys)


def runs_jobs(command: Callable[..., None]) -> Callable[..., None]:
    """Command whose first argument may be a job file, in place of options; options that are given as well win.

    The command has the parameters ``context``, ``file``, ``out`` and ``write_job``.
    """

    @functools.wraps(command)
    def run(context: typer.Context, **options: Any) -> None:
        from geoinv.jobs.writing import job_text

        keys = job_keys(command)
        source: Path = options["file"]
        from_file: list[Key] = []
        if source.suffix.lower() == ".toml":
            options, from_file = _put_together(context, source, options, keys)
        if options["out"] is None:
            raise typer.BadParameter("Missing option '--out'")
        if options["write_job"] is not None:
            _write(options["write_job"], options, keys, source)
            return
        context.meta[JOB] = job_text(options, keys, options["out"].parent)
        try:
            command(context, **options)
        except (InputError, typer.BadParameter) as error:
            if not from_file:
                raise
            raise InputError(f"{source}: {_in_words_of(from_file, str(error))}") from None

    return run


def _put_together(
    context: typer.Context, source: Path, options: dict[str, Any], keys: tuple[Key, ...]
) -> tuple[dict[str, Any], list[Key]]:
    """Options of a job file, with those of the command line in their place; and the keys that the file decides."""
    from geoinv.jobs.reading import read_job

    given = read_job(source, keys)
    typed = {
        key.parameter
        for key in keys
        if key.parameter != "file" and str(context.get_parameter_source(key.parameter)).endswith("COMMANDLINE")
    }
    instead = [f"{key.option} in place of {key.place}" for key in keys if key.parameter in typed & set(given)]
    say("job", "\n".join([f"{source}, version 1", *instead]))
    taken = {name: value for name, value in given.items() if name not in typed}
    return {**options, **taken}, [key for key in keys if key.parameter in taken]


def _in_words_of(keys: list[Key], sentence: str) -> str:
    """Sentence with the keys of a job file in place of the options."""
    places = {key.option: key.place for key in keys}
    return re.sub(r"--[a-z][a-z-]*", lambda found: places.get(found.group(), found.group()), sentence)


def _write(path: Path, options: Mapping[str, Any], keys: tuple[Key, ...], source: Path) -> None:
    """Write a job file, and say how to run it."""
    from geoinv.formats.atomic import whole_file
    from geoinv.jobs.writing import job_text

    others_end()
    check_output(path, (".toml",), [source])
    text = job_text(options, keys, path.parent)
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8")
    say("wrote", f"{path}; run geoinv invert {path}")
