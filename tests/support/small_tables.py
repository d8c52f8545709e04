"""Small tables."""

from __future__ import annotations

from pathlib import Path

from geoinv import MainField

FIELD = MainField(60.0, 10.0, 50000.0)


def written(folder: Path, text: str) -> Path:
    path = folder / "a.csv"
    path.write_text(text)
    return path
