"""netCDF files opened and written: one thread at a time, broken, locked and oversized ones told apart."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from geoinv.core.checks import InputError
from geoinv.core.memory import bytes_text
from geoinv.formats.atomic import whole_file
from geoinv.formats.budget import guarded, refuse_special
from geoinv.formats.compressed import plain_file
from geoinv.formats.text import naming
from geoinv.formats.zarr_folder import SUFFIX, is_zarr, open_zarr, write_zarr

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["LIBRARY", "open_netcdf", "write_netcdf"]

LIBRARY = threading.RLock()
"""Held while a netCDF file is open: the library is not safe for threads, which would end the process."""

_CLASSIC = (b"CDF\x01", b"CDF\x02")

_MOST_PACKED = 1100  # bytes in memory for one in the file: what deflate reaches with constant data
_MOST_UNWRITTEN = 1e8  # bytes of a variable that may be without content all the same

_STRUCTURE = 1 << 14  # bytes that a file takes beside its numbers and attributes


@contextmanager
def open_netcdf(path: str | Path) -> Iterator[xr.Dataset]:
    """Open a netCDF file, or a Zarr folder, as it stands there, read only as far as it is used.

    Nothing is decoded: :func:`geoinv.conventions.variables.numbers` makes numbers of a variable.

    Raises
    ------
    InputError
        If there is no such file, it is broken, cut short or being written by another program, there or while it is
        read inside the block.
    """
    if is_zarr(path):
        with LIBRARY, guarded(path, "Zarr folder"), open_zarr(path) as data, naming(path):
            yield _with_coordinates(data)
        return
    import xarray as xr

    def broken(error: Exception) -> InputError:
        if isinstance(error, UnicodeError):
            return InputError(f"{path} expects a name that the netCDF library can take ({error}); rename the file")
        if _is_locked(path):
            return InputError(
                f"{path} expects a file that no program is writing, got one that is open for writing; "
                "close it there, or wait until it is whole"
            )
        return InputError(f"{path} expects a whole netCDF file, got a broken one ({error}); copy or write it again")

    _refuse_missing(path)
    with LIBRARY, guarded(path, "netCDF file"):
        plain = plain_file(path)
        _refuse_cut_classic(path, plain)
        try:
            # without indexes: they would read every coordinate, however long the file says it is
            data = xr.open_dataset(plain, engine="netcdf4", decode_cf=False, create_default_indexes=False)
        except (OSError, RuntimeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise broken(error) from None
        with data, naming(path):
            _refuse_forged(plain, data)
            try:
                yield _with_coordinates(data)
            except (OSError, RuntimeError) as error:
                raise broken(error) from None


def _refuse_forged(path: Path, data: xr.Dataset) -> None:
    """Reject variables of more values than can be in the file: they are cut off, or were never written."""
    size = os.stat(path).st_size
    with open(path, "rb") as file:
        classic = file.read(3) == b"CDF"
    if classic and sum(variable.nbytes for variable in data.variables.values()) > size:
        raise InputError("expected a whole netCDF file, got one that is cut short; copy or write it again")
    for name, variable in data.variables.items():
        if variable.nbytes > _MOST_UNWRITTEN + _MOST_PACKED * size:
            raise InputError(
                f"expected variables that are in the file ({bytes_text(size)}), got {name} of {variable.size:.3g} "
                "values; write the file again"
            )


def _with_coordinates(data: xr.Dataset) -> xr.Dataset:
    """Make coordinates of the variables that the attribute ``coordinates`` of others names."""
    named = [holder.attrs.get("coordinates") for holder in (data, *data.data_vars.values())]
    names = {name for text in named if isinstance(text, str) for name in text.split()}
    data = data.set_coords([name for name in map(str, data.data_vars) if name in names])
    data.attrs = {key: value for key, value in data.attrs.items() if key != "coordinates"}
    return data


def _refuse_missing(path: str | Path) -> None:
    """Reject what is no file before the library does, which names another cause."""
    try:
        refuse_special(path)
    except OSError as error:
        raise InputError(f"{path} expects a file, got {error.strerror}; check the name and the folder") from None
    if Path(path).is_dir():
        raise InputError(f"{path} expects a file, got a folder; name a file in it")


def _refuse_cut_classic(path: str | Path, plain: Path) -> None:
    """Reject a netCDF 3 file that is cut short: the library reads zeros beyond its end."""
    with open(plain, "rb") as file:
        mark = file.read(4)
    if mark not in _CLASSIC:
        return
    from scipy.io import netcdf_file

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that arrays stay open: they go with the file
            netcdf_file(os.fspath(plain), mmap=True).close()
    except Exception:
        raise InputError(
            f"{path} expects a whole netCDF file, got a broken one (cut short, or its header is wrong); "
            "copy or write it again"
        ) from None


def _is_locked(path: str | Path) -> bool:
    """Tell whether a program holds the lock under which HDF5 writes."""
    try:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def write_netcdf(path: str | Path, data: xr.Dataset) -> None:
    """Write a Dataset as netCDF 4, or as Zarr where its name ends in ``.zarr``, whole or not at all.

    Parameters
    ----------
    path : str or Path
        The file.
    data : xarray.Dataset
        Gets the CF convention in its attributes; coordinates get no fill value.

    Raises
    ------
    InputError
        If an attribute is neither text nor numbers, or the file cannot be written.
    """
    from geoinv.conventions import cf

    if Path(path).suffix.lower() == SUFFIX:
        with LIBRARY:
            write_zarr(path, data)
        return
    data = data.assign_attrs(Conventions=cf.CONVENTIONS)
    encoding = {name: {"_FillValue": None} for name in data.coords}
    with whole_file(path) as partial:
        _reserve(partial, int(data.nbytes) + len(repr(data.attrs)) + _STRUCTURE)
        try:
            with LIBRARY:
                data.to_netcdf(partial, engine="netcdf4", encoding=encoding)
        except UnicodeEncodeError:
            raise InputError(f"{str(path)!r} expects a name in UTF-8, which netCDF needs; choose another") from None
        except (TypeError, ValueError) as error:
            raise InputError(
                f"{path} expects text and numbers as attributes ({error}); change or remove them"
            ) from None
        except RuntimeError as error:
            raise InputError(
                f"{path} expects a place that can be written, got '{error}'; choose another disk"
            ) from None


def _reserve(partial: Path, size: int) -> None:
    """Make sure that the disk has room: the HDF5 library would not say that it is full, and keep the file open.

    The file is made anew, because the library does not write to one that is locked, by ourselves either.
    """
    mode = stat.S_IMODE(partial.stat().st_mode) if partial.exists() else 0o666
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, size)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP):  # of file systems that cannot reserve
            raise
    finally:
        os.close(descriptor)
