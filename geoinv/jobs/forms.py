"""How an option that is a text stands in a job file: numbers, files and tables, not texts of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

__all__ = ["COLUMNS", "FILE", "NUMBERS", "NUMBER_OR_FILE", "Entries", "Form", "number_or", "tables"]

Relocate = Callable[[str], str]
"""Turns the name of a file, as one folder has it, into that of another."""


@dataclass(frozen=True)
class Entries:
    """Type of a list of tables.

    Attributes
    ----------
    files : tuple of str
        Keys that each table must have: names of files.
    settings : mapping of str to type
        Types of the keys that it may have.
    """

    files: tuple[str, ...]
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Form:
    """One way to write an option.

    Attributes
    ----------
    annotation : type or Entries
        Of the value in a job file.
    to_option : callable
        Takes that value and a :data:`Relocate`; returns the option's.
    from_option : callable
        The inverse.
    files : callable
        Names of files in a value of a job file.
    """

    annotation: Any
    to_option: Callable[[Any, Relocate], Any]
    from_option: Callable[[Any, Relocate], Any]
    files: Callable[[Any], list[str]] = lambda value: []


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _text(value: float) -> str:
    """Shortest text of a number that is read as the same one."""
    return repr(float(value))


def _numbers_read(text: str, relocate: Relocate) -> Any:
    values = [_number(part) for part in text.split(",")]
    if None in values:
        return text  # no number: the command says so where it reads its option
    return values[0] if len(values) == 1 else values


FILE = Form(str, lambda name, move: Path(move(name)), lambda path, move: move(str(path)), lambda name: [name])
"""A file."""

NUMBERS = Form(
    float | list[float],
    lambda value, move: ",".join(map(_text, value if isinstance(value, list) else [value])),
    _numbers_read,
)
"""A number or some."""


def _number_or_file(value: str, move: Relocate) -> Any:
    number = _number(value)
    return move(value) if number is None else number


NUMBER_OR_FILE = Form(
    float | str,
    lambda value, move: move(value) if isinstance(value, str) else _text(value),
    _number_or_file,
    lambda value: [value] if isinstance(value, str) else [],
)
"""A number, or a model in a file."""


def number_or(*words: str) -> Form:
    """Form of a number, or one of some words.

    Examples
    --------
    >>> form = number_or("none", "fit")
    >>> form.to_option(2.5, str), form.from_option("fit", str)
    ('2.5', 'fit')
    """

    def read(text: str, move: Relocate) -> Any:
        number = _number(text)
        return text if number is None else number

    return Form(
        float | Literal[words],
        lambda value, move: value if isinstance(value, str) else _text(value),
        read,
    )


def _columns_read(text: str, move: Relocate) -> dict[str, str | int]:
    pairs = [part.partition("=")[::2] for part in text.split(",")]
    return {name.strip(): int(column) if column.strip().isdigit() else column.strip() for name, column in pairs}


COLUMNS = Form(
    dict[str, str | int],
    lambda table, move: ",".join(f"{name}={column}" for name, column in table.items()),
    _columns_read,
)
"""Columns by quantity."""


def tables(files: tuple[str, ...], settings: Mapping[str, Any], files_too: bool = False) -> Form:
    """Form of an option that is given once or several times, as files and settings between commas.

    Parameters
    ----------
    files : tuple of str
        Keys of the files, in the option's order.
    settings : mapping of str to type
        Types of the settings by their names.
    files_too : bool
        Whether a setting that is a text is a file.

    Examples
    --------
    >>> form = tables(("surface",), {"value": float, "hard": bool})
    >>> form.to_option([{"surface": "a.stl", "value": 0.5, "hard": True}], str)
    ['a.stl,value=0.5,hard=yes']
    >>> form.from_option(["a.stl,value=0.5,hard=yes"], str)
    [{'surface': 'a.stl', 'value': 0.5, 'hard': True}]
    """

    def written(entry: Mapping[str, Any], move: Relocate) -> str:
        parts = [move(entry[name]) for name in files]
        for name, value in entry.items():
            if name in files:
                continue
            if isinstance(value, bool):
                told = "yes" if value else "no"
            elif isinstance(value, str):
                told = move(value) if files_too else value
            else:
                told = _text(value)
            parts.append(f"{name}={told}")
        return ",".join(parts)

    def read(text: str, move: Relocate) -> dict[str, Any]:
        parts = [part.strip() for part in text.split(",")]
        entry: dict[str, Any] = {name: move(part) for name, part in zip(files, parts, strict=False)}
        for part in parts[len(files) :]:
            name, _, told = part.partition("=")
            number = _number(told)
            if settings.get(name) is bool:
                entry[name] = told == "yes"
            elif number is not None and settings.get(name) is not str:
                entry[name] = number
            else:
                entry[name] = move(told) if files_too else told
        return entry

    def named(entries: list[Mapping[str, Any]]) -> list[str]:
        names = [entry[name] for entry in entries for name in files]
        texts = [value for entry in entries for name, value in entry.items() if name not in files]
        return names + [value for value in texts if files_too and isinstance(value, str)]

    return Form(
        Entries(files, settings),
        lambda entries, move: [written(entry, move) for entry in entries],
        lambda texts, move: [read(text, move) for text in texts],
        named,
    )
