"""From a job file to the values of options, checked whole before anything runs."""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from geoinv.core.checks import InputError
from geoinv.jobs.keys import SECTIONS, VERSION, Key, by_section
from geoinv.jobs.lines import line_of
from geoinv.jobs.models import job_model

__all__ = ["read_job"]

LONGEST = 80
"""Characters that a sentence shows of a value."""


def read_job(path: Path, keys: tuple[Key, ...]) -> dict[str, Any]:
    """Values of options that a job file gives, by the parameters of the command.

    Parameters
    ----------
    path : Path
        TOML file; names of files in it count from its folder.
    keys : tuple of Key
        What may stand in it.

    Raises
    ------
    InputError
        If it is no job file of this version; has keys or tables that there are none of, values of another type, or
        files that do not exist; or lacks what it must have. All of these in one sentence each, with their lines.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} expects a job file that can be read, got '{error.strerror}'") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} expects a job file in UTF-8, got bytes that are none; save it as UTF-8") from None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} expects TOML, got what is none: {error}") from None
    except RecursionError:
        raise InputError(f"{path} expects a job file, got tables in tables without end") from None
    _refuse_version(path, text, content)
    try:
        # by way of JSON, where lists are tuples too
        job = job_model(keys).model_validate_json(json.dumps(content, default=str), strict=True)
    except ValidationError as error:
        raise InputError("; ".join(_sentences(path, text, content, error.errors(), keys))) from None
    given = job.model_dump(exclude_unset=True)
    values: dict[str, Any] = {}
    lacking: list[str] = []
    folder = os.path.dirname(path)
    for key in keys:
        value = given.get(key.section, {}).get(key.name)
        if value is None:
            continue
        for name in key.written_as.files(value):
            if key.required and key.section == "output":
                continue
            if not name.strip() or "\0" in name or not os.path.exists(os.path.join(folder, name)):
                place = _at(path, text, (key.section, key.name))
                lacking.append(f"{place}: {key.place} expects a file, and there is no {os.path.join(folder, name)!r}")
        values[key.parameter] = key.written_as.to_option(value, lambda name: os.path.join(folder, name))
    if lacking:
        raise InputError("; ".join(lacking))
    return values


def _refuse_version(path: Path, text: str, content: dict[str, Any]) -> None:
    """Reject a job file of another version before anything else, which may mean other things there."""
    if "version" not in content:
        raise InputError(
            f"{path} expects 'version = {VERSION}' at its top, got none; add it, or have geoinv invert --write-job "
            "write a job file"
        )
    version = content["version"]
    if version is True or version != VERSION or not isinstance(version, int):
        raise InputError(
            f"{_at(path, text, ('version',))}: a job file of version {VERSION} is expected, got {version!r}; take the "
            "geoinv that it was written for, or write it anew with geoinv invert --write-job"
        )


def _at(path: Path, text: str, place: Sequence[str | int]) -> str:
    line = line_of(text, place)
    return str(path) if line is None else f"{path}, line {line}"


def _sentences(
    path: Path, text: str, content: dict[str, Any], errors: Sequence[Any], keys: tuple[Key, ...]
) -> list[str]:
    """What is wrong with each key, where, and what is expected: of the ways to write one that there are, any."""
    known, sentences = by_section(keys), dict[str, None]()
    wanted: dict[tuple[Any, ...], list[str]] = {}
    for error in errors:
        place, at = error["loc"], _at(path, text, error["loc"])
        if error["type"] == "extra_forbidden" and len(place) < 3:
            sentences[f"{at}: {_unknown(place, known)}"] = None
        elif error["type"] == "missing" and len(place) == 1:
            sentences[f"{path} expects a table [{place[0]}], got none; add it"] = None
        elif error["type"] == "missing" and len(place) == 2:
            sentences[f"{at}: [{place[0]}] expects {place[1]}, got none; add it"] = None
        else:
            wanted.setdefault(tuple(place[:2]), []).append(_expected(error))
    for place, expected in wanted.items():
        named = " ".join([f"[{place[0]}]", *map(str, place[1:])])
        got = content[place[0]] if len(place) == 1 else content[place[0]][place[1]]
        shown = f"the text {got!r}" if isinstance(got, str) else repr(got)
        either = " or ".join(dict.fromkeys(expected))
        sentences[f"{_at(path, text, place)}: {named} expects {either}, got {shown[:LONGEST]}"] = None
    return list(sentences)


def _expected(error: Any) -> str:
    """What a value, or a part of it, should be."""
    inside = [str(part) for part in error["loc"][2:] if isinstance(part, str) and part.isidentifier()]
    within = inside[-1] if inside and inside[-1] not in _TYPES else ""
    if error["type"] == "missing":
        return f"{within} in each of them" if within else "more values"
    if error["type"] == "extra_forbidden":
        return f"no {within} in them"
    if error["type"] == "too_long":
        return f"{error['ctx']['max_length']} values"
    told = error["msg"].removeprefix("Input should be ")
    for valid, plain in _PLAIN.items():
        told = told.replace(valid, plain)
    return f"{told} as {within}" if within else told


_TYPES = ("int", "float", "str", "bool")
_PLAIN = {
    "a valid number": "a number",
    "a valid integer": "a whole number",
    "a valid string": "a text",
    "a valid array": "a list",
    "a valid list": "a list",
    "a valid tuple": "a list",
    "a valid boolean": "true or false",
    "a valid dictionary": "a table",
    "an object": "a table",
}
"""What pydantic calls types, in the words of TOML."""


def _unknown(place: Sequence[Any], known: Any) -> str:
    """Sentence about a table or key that there is none of, with the nearest that there is."""
    section, name = str(place[0]), str(place[-1])
    if len(place) == 1:
        near = difflib.get_close_matches(name, SECTIONS, 1)
        elsewhere = [f"[{other}] {name}" for other, members in known.items() if name in members]
        hint = f"; did you mean {elsewhere[0] if elsewhere else f'[{near[0]}]'}?" if elsewhere or near else ""
        return f"there is no {name} at this place{hint or f'; there are {_listed(SECTIONS)}'}"
    near = difflib.get_close_matches(name, known[section], 1)
    if not near:
        elsewhere = [f"[{other}] {name}" for other, members in known.items() if name in members]
        near = elsewhere[:1]
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known[section])}"
    return f"[{section}] has no {name}; {hint}"


def _listed(sections: Any) -> str:
    return ", ".join(f"[{section}]" for section in sections)
