"""In which line of a TOML file a key stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["line_of"]

_HEADER = re.compile(r"^\s*\[{1,2}\s*([^\]]+?)\s*\]{1,2}\s*(#.*)?$")
_KEY = re.compile(r"""^\s*(["']?)([^"'=\s\[\]{}#]+)\1\s*=""")


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    r"""Line of a key, or of the table it should stand in; None where neither is found.

    Parameters
    ----------
    text : str
        The file.
    place : sequence of str or int
        Table, key, and what lies in the key's value.

    Examples
    --------
    >>> line_of("version = 1\n[mesh]\ncell = 5", ("mesh", "cell")), line_of("version = 1", ("version",))
    (3, 1)
    """
    names = [part for part in place if isinstance(part, str)]
    if not names:
        return None
    header, tables = "", {"": 1}
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _HEADER.match(line):
            header = match.group(1).replace(" ", "")
            tables.setdefault(header, number)
            found.setdefault(header, number)
        elif match := _KEY.match(line):
            whole = f"{header}.{match.group(2)}".lstrip(".")
            found.setdefault(whole, number)
    for length in range(len(names), 0, -1):
        line_number = found.get(".".join(names[:length]))
        if line_number is not None:
            return line_number
    return None
