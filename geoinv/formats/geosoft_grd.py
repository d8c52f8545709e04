"""Geosoft GRD: binary grids of Oasis montaj, plain and compressed.

Format 2 of Geosoft (a head of 512 bytes, then values), its compression as Loop3D's geosoft_grid and Harmonica read it:
blocks of zlib behind a table of their places.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.memory import SHARE, available_memory, bytes_text
from geoinv.formats.base import Head
from geoinv.formats.gridded import Band, GriddedField, grid_format, without_nulls
from geoinv.formats.notes import note
from geoinv.formats.text import read_bytes

__all__ = ["FORMAT", "read_geosoft_grd"]

_HEAD = 512
_FIELDS = struct.Struct("<5i5d2d")
_COMPRESSED = 1024  # added to the bytes of a value
_BLOCK_HEAD = 16
_PROJECTION = re.compile(r'<geo:projection\b[^>]{0,400}?\bwellknown_epsg="(\d{4,6})"')
_MOST_PACKED = 1100  # bytes of values for one in the file: what deflate reaches with constant data
_TYPES = {
    (1, 0): ("<u1", 255.0),
    (1, 1): ("<i1", -127.0),
    (2, 0): ("<u2", 65535.0),
    (2, 1): ("<i2", -32767.0),
    (4, 0): ("<u4", 4294967295.0),
    (4, 1): ("<i4", -2147483647.0),
    (4, 2): ("<f4", -1e32),
    (8, 2): ("<f8", -1e32),
}
"""Type of a value and its dummy, by its bytes and the flag of its sign."""


@dataclass(frozen=True)
class _Layout:
    """What the head says."""

    size: int
    sign: int
    columns: int
    rows: int
    order: int
    across: float
    along: float
    west: float
    south: float
    rotation: float
    base: float
    factor: float

    @property
    def plausible(self) -> bool:
        """Whether this can be the head of a grid."""
        numbers = (self.across, self.along, self.west, self.south, self.rotation, self.base, self.factor)
        return (
            (self.size % _COMPRESSED, self.sign) in _TYPES
            and self.size < 2 * _COMPRESSED
            and self.columns > 0 < self.rows
            and self.order in (-1, 1)
            and all(map(math.isfinite, numbers))
            and self.across > 0.0 < self.along
        )


def read_geosoft_grd(path: str | Path) -> GriddedField:
    """Grid of a Geosoft GRD file, with the coordinate system of the ``.xml`` file beside it where that has a code.

    Raises
    ------
    InputError
        If it is cut short or broken, rotated, or would not fit in memory.
    """
    content = read_bytes(path)
    layout = _layout(content)
    if layout is None:
        raise _broken(path, "its head")
    if layout.rotation != 0.0:
        raise InputError(f"{path} expects a grid along the axes, got one rotated by {layout.rotation:g}; resample it")
    kind, dummy = _TYPES[layout.size % _COMPRESSED, layout.sign]
    count = layout.columns * layout.rows
    needed = count * np.dtype(kind).itemsize
    if needed > _MOST_PACKED * len(content) or 16.0 * count > SHARE * available_memory():
        raise InputError(
            f"{path} expects a grid that is in its file and fits in half of the free memory, got {layout.rows} x "
            f"{layout.columns} nodes in {bytes_text(len(content))}; copy it again"
        )
    body = content[_HEAD:] if layout.size < _COMPRESSED else _unpacked(path, content, needed)
    if len(body) < needed:
        raise _broken(path, f"{len(body)} of {needed} bytes of values")
    stored = np.frombuffer(body, kind, count).astype(np.float64)
    missing = stored <= dummy if layout.sign == 2 else stored == dummy
    values = without_nulls(np.where(missing, np.nan, stored))
    with np.errstate(all="ignore"):
        values = values / (layout.factor or 1.0) + layout.base
    return GriddedField(
        layout.west + layout.across * np.arange(layout.columns, dtype=np.float64),
        layout.south + layout.along * np.arange(layout.rows, dtype=np.float64),
        [Band("", _in_rows(values, layout))],
        _system_beside(path),
    )


def _in_rows(values: npt.NDArray[np.float64], layout: _Layout) -> npt.NDArray[np.float64]:
    if layout.order == 1:
        return values.reshape(layout.rows, layout.columns)
    return np.ascontiguousarray(values.reshape(layout.columns, layout.rows).T)


def _layout(content: bytes) -> _Layout | None:
    """Layout that the first bytes say; None where they cannot be of a grid."""
    if len(content) < _FIELDS.size:
        return None
    layout = _Layout(*_FIELDS.unpack_from(content))
    return layout if layout.plausible else None


def _unpacked(path: str | Path, content: bytes, needed: int) -> bytes:
    """Values of a compressed grid, block by block, never more than there should be."""
    try:
        (blocks,) = struct.unpack_from("<i", content, _HEAD + 8)
        if not 0 < blocks <= len(content) // 12:
            raise ValueError(f"{blocks} blocks")
        places = struct.unpack_from(f"<{blocks}q", content, _HEAD + 16)
        sizes = struct.unpack_from(f"<{blocks}i", content, _HEAD + 16 + 8 * blocks)
        parts, left = [], needed
        for place, size in zip(places, sizes, strict=True):
            if not _HEAD <= place <= place + size <= len(content):
                raise ValueError("a block outside the file")
            if left <= 0:
                break
            unpacking = zlib.decompressobj()
            parts.append(unpacking.decompress(content[place + _BLOCK_HEAD : place + size], left))
            if not unpacking.eof and len(parts[-1]) < left:
                raise ValueError("a block that is cut")
            left -= len(parts[-1])
    except (ValueError, struct.error, zlib.error) as error:
        raise _broken(path, str(error)) from None
    return b"".join(parts)


def _broken(path: str | Path, reason: str) -> InputError:
    return InputError(f"{path} expects a whole Geosoft grid, got one that is cut short or broken ({reason}); copy it")


def _system_beside(path: str | Path) -> str | None:
    """Code of the projection that Oasis montaj names in the file of metadata beside the grid."""
    beside = Path(f"{path}.xml")
    if not beside.is_file():
        return None
    try:
        text = read_bytes(beside, 1 << 18).decode("utf-8", "replace")
    except InputError:
        return None
    found = _PROJECTION.search(text)
    if found is None:
        return None
    code = f"EPSG:{found.group(1)}"
    note("system", f"{code} ({beside.name})")
    return code


def _recognises(head: Head) -> bool:
    # a text has no byte of zeros, which the head of a grid has
    return b"\0" in head.start and not head.is_netcdf and _layout(head.start) is not None


FORMAT = grid_format("Geosoft GRD grid", _recognises, read_geosoft_grd)
