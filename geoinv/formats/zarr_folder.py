"""Zarr: Datasets in a folder of chunks, opened and written as netCDF files are."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoinv.core.checks import InputError
from geoinv.formats.notes import doubt
from geoinv.formats.zarr_metadata import METADATA, ArrayMetadata, array_metadata, metadata_of

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["SUFFIX", "check_zarr_writable", "is_zarr", "open_zarr", "write_zarr"]

SUFFIX = ".zarr"

_ROOTS = ("zarr.json", ".zgroup")
_FILES = "geoinv_files"
"""Attribute of what this module has written: the number of files, so that a lost one is noticed."""

_MOST_FILES = 2_000_000
_LEVEL = 3  # of compression


def is_zarr(path: str | Path) -> bool:
    """Tell whether a folder is a Zarr group."""
    return any(os.path.isfile(os.path.join(path, name)) for name in _ROOTS)


@contextmanager
def open_zarr(path: str | Path) -> Iterator[xr.Dataset]:
    """Open a Zarr folder as it stands there; nothing is decoded.

    Raises
    ------
    InputError
        If zarr is not installed; if metadata are broken, arrays or chunks are larger than can be in the folder, a codec
        is none of the usual ones (others may run what the file says), a link leads out of it, or files are lost.
    """
    _require_zarr(path)
    folder = Path(path)
    files = _files_in(folder)
    _check(folder, files)
    import xarray as xr

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that types of text are not in the specification yet
        try:
            data = xr.open_dataset(
                folder, engine="zarr", decode_cf=False, create_default_indexes=False, consolidated=False, chunks=None
            )
        except InputError:
            raise
        except Exception as error:  # of several libraries below
            reason = " ".join(str(error).split())[:120]
            raise InputError(f"{path} expects a whole Zarr folder, got a broken one ({reason}); copy it") from None
        with data:
            data.attrs.pop(_FILES, None)
            yield data


def _require_zarr(path: str | Path) -> None:
    try:
        import zarr  # noqa: F401
    except ModuleNotFoundError as error:
        raise InputError(
            f"{path} expects {error.name}, which is not installed; run: pip install 'geoinv[zarr]', or use netCDF"
        ) from None


def _files_in(folder: Path) -> dict[str, int]:
    """Sizes of the files in a folder, by their places in it; nothing but files and folders may be there."""
    found: dict[str, int] = {}
    for place, folders, names in os.walk(folder):
        for name in (*folders, *names):
            at = Path(place, name)
            if at.is_symlink() or not (at.is_file() or at.is_dir()):
                raise InputError(f"{folder} expects files and folders in it, got a link or a device ({name})")
        found |= {str(Path(place, name).relative_to(folder)): Path(place, name).stat().st_size for name in names}
        if len(found) > _MOST_FILES:
            raise InputError(f"{folder} expects at most {_MOST_FILES} files, got more; write it in larger chunks")
    return found


def _check(folder: Path, files: dict[str, int]) -> None:
    """Reject what cannot be in the folder, before anything is read from it."""
    root = next(name for name in _ROOTS if name in files)
    attributes = metadata_of(folder / root).get("attributes", {}) if root == "zarr.json" else {}
    expected = attributes.get(_FILES) if isinstance(attributes, dict) else None
    if expected is not None and expected != len(files):
        raise InputError(
            f"{folder} expects its {expected} files, as they were written, got {len(files)}; copy the folder again"
        )
    for place in files:
        name = Path(place)
        if name.name in METADATA and len(name.parts) == 2:
            array = array_metadata(folder, name, files)
            if array is not None:
                array.refuse_forged(folder)
                if expected is None:
                    _doubt_missing(folder, array)


def _doubt_missing(folder: Path, array: ArrayMetadata) -> None:
    """Doubt an array of which chunks are not there: they stand for its fill value, or were lost."""
    if array.stored < array.chunks and not array.sharded:
        doubt(
            f"{folder}: {array.chunks - array.stored} of {array.chunks} chunks of {array.name} are not there, which "
            f"stands for {array.fill!r}; copy the folder again if they were lost"
        )


def check_zarr_writable(path: str | Path) -> None:
    """Reject a place where a Zarr folder cannot be written, by making one beside it; nothing stays.

    Raises
    ------
    InputError
        If zarr is not installed, something else than a Zarr folder stands there, or the folder above cannot be written.
    """
    _require_zarr(path)
    target = _target(path)
    partial = _partial(path, target)
    shutil.rmtree(partial, ignore_errors=True)


def _target(path: str | Path) -> Path:
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise InputError(f"{path} expects an existing folder, got no {Path(path).parent}; create it first")
    if os.path.lexists(target) and not is_zarr(target):
        raise InputError(f"{path} expects the name of a Zarr folder, got something else there; choose another name")
    return target


def _partial(path: str | Path, target: Path) -> Path:
    partial = target.with_name(f"geoinv-{secrets.token_hex(8)}.partial")
    try:
        partial.mkdir()
    except OSError as error:
        raise InputError(
            f"{path} expects a place that can be written, got '{error.strerror}'; choose another folder"
        ) from None
    return partial


def write_zarr(path: str | Path, data: xr.Dataset) -> None:
    """Write a Dataset as a Zarr 3 folder, whole or not at all; every chunk is there, each with a checksum.

    Raises
    ------
    InputError
        If zarr is not installed, an attribute is neither text nor numbers, or the folder cannot be written.
    """
    _require_zarr(path)
    import zarr
    from zarr.codecs import ZstdCodec

    from geoinv.conventions import cf

    data = data.assign_attrs(Conventions=cf.CONVENTIONS)
    target = _target(path)
    partial = _partial(path, target)
    pack = ZstdCodec(level=_LEVEL, checksum=True)
    encoding: dict[Any, dict[str, Any]] = {name: {"compressors": [pack]} for name in data.variables}
    for name in data.coords:
        encoding[name]["_FillValue"] = None
    try:
        with warnings.catch_warnings(), zarr.config.set({"array.write_empty_chunks": True}):
            warnings.simplefilter("ignore")  # that types of text are not in the specification yet
            data.drop_encoding().to_zarr(partial, mode="w", zarr_format=3, consolidated=False, encoding=encoding)
        _count_files(partial)
        _replace(partial, target)
    except (TypeError, ValueError) as error:
        raise InputError(f"{path} expects text and numbers as attributes ({error}); change or remove them") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"{path} expects a place that can be written, got '{reason}'; choose another disk (nothing was left "
            "half-written)"
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _count_files(partial: Path) -> None:
    """Write the number of files into the metadata of the group."""
    root = partial / _ROOTS[0]
    described = json.loads(root.read_text(encoding="utf-8"))
    described["attributes"][_FILES] = len(_files_in(partial))
    root.write_text(json.dumps(described, indent=2), encoding="utf-8")


def _replace(partial: Path, target: Path) -> None:
    """Put a folder in place of another, which comes back where that fails."""
    old = target.with_name(f"geoinv-{secrets.token_hex(8)}.partial")
    there = os.path.lexists(target)
    if there:
        os.rename(target, old)
    try:
        os.rename(partial, target)
    except OSError:
        if there:
            with suppress(OSError):
                os.rename(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)
