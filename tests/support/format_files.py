"""Small files of every format."""

from __future__ import annotations

from pathlib import Path

from geoinv import MainField

FIELD = MainField(60.0, 10.0, 50000.0)
OBSERVATIONS = "83 -32 60000\n83 -32\n2\n1 2 3 4 0.5\n5 6 7 8 0.5\n"
MESH = "2 3 1\n0 0 10\n2*5\n3*10\n20\n"


def written(folder: Path, text: str, name: str = "any.thing") -> Path:
    path = folder / name
    path.write_text(text)
    return path
