"""Files half written."""

from __future__ import annotations

from pathlib import Path

from geoinv.formats import whole_file


def write(path: Path, text: str = "new") -> None:
    with whole_file(path) as partial:
        partial.write_text(text)
