"""The keys of a job file, each of which is an option of the command that runs it."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from geoinv.jobs.forms import FILE, Form

__all__ = ["SECTIONS", "VERSION", "Key", "by_section"]

VERSION = 1
"""Of the job files that are read and written."""

SECTIONS = {
    "survey": "the data, their noise, and what their file does not say",
    "mesh": "the cells, from a file or made for the survey, and the ground",
    "regularizer": "what the model is besides fitting the data",
    "constraints": "what is known of the ground: by cell, layers, bodies, drill holes",
    "inversion": "what is sought and how",
    "output": "what is written",
}
"""Tables of a job file, and what stands in each."""


@dataclass(frozen=True)
class Key:
    """One key of a job file.

    Attributes
    ----------
    section, name : str
        Where it stands.
    parameter : str
        Parameter of the command.
    option : str
        What it is called on the command line.
    annotation : type
        Of the parameter.
    default : object
        Of the parameter; None where it is not given.
    help : str
        What it is.
    form : Form, optional
        How it is written; as the parameter itself without one.
    required : bool
        Whether a job lacks something without it.
    """

    section: str
    name: str
    parameter: str
    option: str
    annotation: Any
    default: Any
    help: str
    form: Form | None = None
    required: bool = False

    @property
    def written_as(self) -> Form:
        """How it stands in a job file."""
        if self.form is not None:
            return self.form
        kind = _without_none(self.annotation)
        return FILE if kind is Path else Form(kind, lambda value, move: _as_given(value), lambda value, move: value)

    @property
    def place(self) -> str:
        """How it is called in a sentence."""
        return f"[{self.section}] {self.name}"


def _as_given(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return Union[tuple(kinds)]  # noqa: UP007  (of types that are known only here)
    return annotation


def by_section(keys: tuple[Key, ...]) -> Mapping[str, dict[str, Key]]:
    """Keys by their names, in the tables of a job file."""
    return {section: {key.name: key for key in keys if key.section == section} for section in SECTIONS}
