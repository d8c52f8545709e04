"""Metadata of Zarr arrays, of both versions, good and hostile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from geoinv import InputError
from geoinv.formats.zarr_metadata import ArrayMetadata, array_metadata, metadata_of

NEW: dict[str, Any] = {
    "node_type": "array",
    "shape": [5, 6],
    "data_type": "float64",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 6]}},
    "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "zstd"}],
    "fill_value": 0.0,
}
OLD: dict[str, Any] = {"shape": [5], "chunks": [5], "dtype": "<f8", "compressor": {"id": "zlib"}, "filters": None}
SHARD = {"name": "sharding_indexed", "configuration": {"codecs": [{"name": "pickle"}], "index_codecs": []}}


def metadata(folder: Path, described: object, name: str = "zarr.json") -> ArrayMetadata | None:
    (folder / "tmi").mkdir(exist_ok=True)
    (folder / "tmi" / name).write_text(json.dumps(described))
    return array_metadata(folder, Path("tmi", name), {"tmi/c/0/0": 7, "tmi/zarr.json": 900, "other/c/0": 5})


def test_shapes_chunks_and_files_are_counted(tmp_path: Path) -> None:
    found = metadata(tmp_path, NEW)
    assert found is not None
    assert (found.shape, found.chunk, found.chunks, found.width) == ((5, 6), (2, 6), 3, 8)
    assert (found.stored, found.size, found.fill, found.sharded) == (1, 7, 0.0, False)
    old = metadata(tmp_path, OLD, ".zarray")
    assert old is not None
    assert (old.chunks, old.width) == (1, 8)
    assert metadata(tmp_path, {"node_type": "group"}) is None
    text = metadata(tmp_path, NEW | {"data_type": {"name": "x", "configuration": {"length_bytes": 400}}})
    assert text is not None
    assert text.width == 400


@pytest.mark.parametrize(
    ("described", "name", "message"),
    [
        (NEW | {"shape": [5, -6]}, "zarr.json", "whole numbers as shape and chunks of tmi"),
        (NEW | {"shape": [5]}, "zarr.json", "whole numbers as shape and chunks of tmi"),
        (NEW | {"shape": None}, "zarr.json", "whole numbers as shape"),
        (NEW | {"chunk_grid": []}, "zarr.json", "whole numbers as shape"),
        (OLD | {"chunks": [0]}, ".zarray", "whole numbers as shape"),
        (OLD | {"filters": [{"id": "pickle"}]}, ".zarray", "got 'pickle' for tmi"),
        (NEW | {"codecs": [SHARD]}, "zarr.json", "got 'pickle' for tmi"),
        (OLD | {"dtype": "<U99999999"}, ".zarray", "texts of at most 65536 bytes, got a type of 399999996"),
    ],
)
def test_what_cannot_be_is_refused(described: dict[str, Any], name: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        metadata(tmp_path, described, name)


def test_a_chunk_larger_than_its_files_can_hold_is_refused(tmp_path: Path) -> None:
    grid = {"configuration": {"chunk_shape": [10**9, 6]}}
    found = metadata(tmp_path, NEW | {"chunk_grid": grid})
    assert found is not None
    with pytest.raises(InputError, match=r"got a chunk of 48 GB for tmi"):
        found.refuse_forged(tmp_path)


def test_metadata_are_an_object_in_json(tmp_path: Path) -> None:
    for content in (b"", b"[1]", b"\xff", b"{" * 10**6):
        (tmp_path / "zarr.json").write_bytes(content)
        with pytest.raises(InputError, match="metadata of a Zarr folder as JSON"):
            metadata_of(tmp_path / "zarr.json")
