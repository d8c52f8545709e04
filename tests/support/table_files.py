"""Tables with columns of all names."""

from __future__ import annotations

from pathlib import Path

from geoinv import MainField

FIELD = MainField(65.0, 25.0, 50000.0)
FOOT, SURVEY_FOOT = 0.3048, 1200 / 3937
EASTING, NORTHING, UPWARD, TMI = [500000.5, 500025.0], [6200000.0, 6200010.0], [1040.0, 1041.0], [6.25, -9.5]
ROWS = {
    "easting": ("500000.5", "500025"),
    "northing": ("6200000", "6200010"),
    "upward": ("1040", "1041"),
    "tmi": ("6.25", "-9.5"),
    "text": ("7", "8"),
}


def file_of(folder: Path, content: str | bytes) -> Path:
    path = folder / "a.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(order: str, delimiter: str = " ") -> str:
    """Two rows with the columns of `order`."""
    return "".join(delimiter.join(ROWS[name][k] for name in order.split()) + "\n" for k in range(2))


N_E_U_T = rows("northing easting upward tmi")
DEGREES = "longitudes and latitudes are no eastings and northings; project them"
