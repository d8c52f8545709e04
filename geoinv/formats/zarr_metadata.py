"""What the metadata of a Zarr folder say of its arrays, looked at before any library trusts them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from geoinv.core.checks import InputError
from geoinv.core.memory import SHARE, available_memory, bytes_text

__all__ = ["METADATA", "ArrayMetadata", "array_metadata", "metadata_of"]

METADATA = ("zarr.json", ".zarray")
"""Files that describe an array, of version 3 and 2."""

_OTHERS = ("zarr.json", ".zarray", ".zattrs", ".zgroup", ".zmetadata")
_CODECS = frozenset(
    {
        *("bytes", "crc32c", "gzip", "zstd", "blosc", "transpose", "sharding_indexed", "vlen-utf8", "vlen-bytes"),
        *("zlib", "lz4", "bz2", "lzma", "shuffle", "delta", "fixedscaleoffset", "adler32"),
    }
)
"""Those that only rearrange and pack numbers and texts: ``pickle`` and the like run what the file says."""

_LARGEST = 1 << 24  # bytes of metadata
_LONGEST_TEXT = 1 << 16  # bytes of one text of fixed length
_MOST_PACKED = 30_000  # bytes in memory for one in the folder: what zstd reaches with constant data
_MOST_UNWRITTEN = 1e8  # bytes of an array, or of a chunk, that may be without content all the same
_LONGEST_NAME = 40  # characters of the name of a type
_NUMBER = 8  # bytes, at most, but for texts


@dataclass(frozen=True)
class ArrayMetadata:
    """What matters of one array.

    Parameters
    ----------
    name : str
    shape, chunk : tuple of int
    width : int
        Bytes of a value, at most.
    fill : object
        What stands in chunks that are not there.
    stored : int
        How many files of chunks there are.
    size : int
        Their bytes.
    sharded : bool
        Whether a file holds several chunks.
    """

    name: str
    shape: tuple[int, ...]
    chunk: tuple[int, ...]
    width: int
    fill: Any
    stored: int
    size: int
    sharded: bool

    @property
    def chunks(self) -> int:
        """How many chunks the array has."""
        return math.prod(-(-length // step) for length, step in zip(self.shape, self.chunk, strict=True))

    def refuse_forged(self, folder: Path) -> None:
        """Reject an array, or a chunk, that is larger than can be in its files.

        Raises
        ------
        InputError
            With both sizes.
        """
        for what, lengths in (("an array", self.shape), ("a chunk", self.chunk)):
            needed = float(self.width) * math.prod(map(float, lengths))
            if needed > min(_MOST_UNWRITTEN + _MOST_PACKED * self.size, SHARE * available_memory()):
                raise InputError(
                    f"{folder} expects arrays that are in it and fit in half of the free memory, got {what} of "
                    f"{bytes_text(needed)} for {self.name} in files of {bytes_text(self.size)}; write it again"
                )


def metadata_of(path: Path) -> dict[str, Any]:
    """Metadata of a group or an array.

    Raises
    ------
    InputError
        If they are no JSON object, or longer than any.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("too long")
        found = json.loads(path.read_bytes().decode("utf-8"))
        if not isinstance(found, dict):
            raise ValueError("no object")
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"{path} expects the metadata of a Zarr folder as JSON, got others ({' '.join(str(error).split())[:80]}); "
            "copy the folder again"
        ) from None
    return found


def array_metadata(folder: Path, place: Path, files: Mapping[str, int]) -> ArrayMetadata | None:
    """What a file of metadata says of its array; None for a group.

    Raises
    ------
    InputError
        If numbers of it are none, or a codec is not known.
    """
    described = metadata_of(folder / place)
    old = place.name == ".zarray"
    if not old and described.get("node_type") != "array":
        return None
    name = place.parent.as_posix()
    grid = described.get("chunk_grid")
    configured = grid.get("configuration") if isinstance(grid, dict) else None
    chunk = described.get("chunks") if old else (configured or {}).get("chunk_shape")
    shape = described.get("shape")
    if not (_are_lengths(shape, 0) and _are_lengths(chunk, 1) and len(shape) == len(chunk)):
        raise InputError(f"{folder} expects whole numbers as shape and chunks of {name}, got others; write it again")
    packing = [described.get(key) for key in ("codecs", "filters", "compressor")]
    used = set(_codecs(packing))
    strange = sorted(used - _CODECS)
    if strange:
        raise InputError(
            f"{folder} expects codecs that only pack numbers, got {strange[0][:40]!r} for {name}; write it with others"
        )
    prefix = f"{name}/"
    sizes = [size for at, size in files.items() if at.startswith(prefix) and Path(at).name not in _OTHERS]
    kind = described.get("dtype") if old else described.get("data_type")
    fill, sharded = described.get("fill_value"), "sharding_indexed" in used
    return ArrayMetadata(name, tuple(shape), tuple(chunk), _width(folder, kind), fill, len(sizes), sum(sizes), sharded)


def _are_lengths(found: Any, least: int) -> TypeGuard[list[int]]:
    return isinstance(found, list) and all(type(n) is int and least <= n < 2**62 for n in found)


def _codecs(found: Any) -> list[str]:
    """Names of codecs, those inside others too."""
    if isinstance(found, list):
        return [name for one in found for name in _codecs(one)]
    if isinstance(found, str):
        return [found]
    if not isinstance(found, dict):
        return []
    named = found.get("name", found.get("id"))
    inside = found.get("configuration")
    nested = [inside.get(key) for key in ("codecs", "index_codecs")] if isinstance(inside, dict) else []
    return [str(named).removeprefix("numcodecs."), *_codecs(nested)]


def _width(folder: Path, kind: Any) -> int:
    """Bytes of a value, from the name of its type or the configuration of it."""
    numbers: list[int] = []
    if isinstance(kind, dict) and isinstance(kind.get("configuration"), dict):
        numbers = [n for n in kind["configuration"].values() if type(n) is int]
    elif isinstance(kind, str) and len(kind) < _LONGEST_NAME:
        with suppress(TypeError, ValueError):
            numbers = [np.dtype(kind).itemsize]
    width = max([_NUMBER, *numbers])
    if width > _LONGEST_TEXT:
        raise InputError(
            f"{folder} expects texts of at most {_LONGEST_TEXT} bytes, got a type of {width}; write it again"
        )
    return width
