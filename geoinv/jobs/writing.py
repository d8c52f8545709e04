"""From the values of options to a job file."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geoinv.jobs.keys import VERSION, Key, by_section

__all__ = ["job_text"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def job_text(values: Mapping[str, Any], keys: tuple[Key, ...], folder: Path) -> str:
    """Job file that gives options the values that they have.

    Parameters
    ----------
    values : mapping
        By the parameters of the command; those that are as by default are left out.
    keys : tuple of Key
        What may stand in it.
    folder : Path
        Where the file is to stand: relative names of files are written as seen from there.
    """

    def moved(name: str) -> str:
        return name if os.path.isabs(name) else os.path.relpath(name, folder)

    lines = [f"version = {VERSION}"]
    for section, members in by_section(keys).items():
        told = [
            f"{name} = {_toml(key.written_as.from_option(values[key.parameter], moved))}"
            for name, key in members.items()
            if values.get(key.parameter) is not None and (key.required or values[key.parameter] != key.default)
        ]
        if told:
            lines += ["", f"[{section}]", *told]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """Value as TOML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf") if math.isinf(value) else repr(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_name(name)} = {_toml(part)}' for name, part in value.items())} }}"
    return _quoted(str(value))


def _name(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    shown = "".join(_ESCAPES.get(sign, sign if sign.isprintable() else f"\\u{ord(sign):04x}") for sign in text)
    return f'"{shown}"'
