"""UBC-GIF OcTree meshes."""

from __future__ import annotations

from geoinv.formats.base import Format, Head

__all__ = ["FORMAT"]


def _recognises(head: Head) -> bool:
    """Counts, corner, finest widths, number of cells, and a row of four whole numbers for each cell."""
    return not head.is_netcdf and head.counts[:5] == [3, 3, 3, 1, 4] and all(head.numbers[:5])


FORMAT = Format(name="UBC OcTree mesh", recognises=_recognises)
