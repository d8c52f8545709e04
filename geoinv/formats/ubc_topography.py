"""UBC-GIF topography: points under a line with their number."""

from __future__ import annotations

from geoinv.formats.base import Format, Head
from geoinv.formats.table import read_counted_points
from geoinv.formats.ubc_numbers import whole_number

__all__ = ["FORMAT"]


def _recognises(head: Head) -> bool:
    """A whole number, and rows of three numbers."""
    if head.is_netcdf or head.counts[0] != 1:
        return False
    count = head.rows[0][0].isdecimal() or whole_number(head.rows[0][0]) is not None
    return count and head.counts[1:2] == [3] and head.numbers[1]


FORMAT = Format(
    name="points with a count (UBC topography)",
    recognises=_recognises,
    readers={"topography": read_counted_points},
)
