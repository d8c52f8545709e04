"""Arrays of the user's own: .npy files and netCDF variables."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from geoinv.conventions.variables import numbers
from geoinv.core.checks import InputError
from geoinv.core.memory import require_memory
from geoinv.formats.budget import guarded, refuse_special
from geoinv.formats.netcdf_file import open_netcdf

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["native", "read_array", "read_npy", "read_variable"]

SUFFIXES = (".npy", ".nc")

HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
"""Versions of .npy; the third is for arrays of records, which are no numbers."""

MOST_AXES = 32


def read_array(path: str | Path) -> npt.NDArray[Any]:
    """Array of an .npy file, or of the only variable of a netCDF file, in the byte order of this machine.

    Parameters
    ----------
    path : str or Path
        Its suffix tells the format.

    Raises
    ------
    InputError
        If there is no such file, it is broken, or holds several variables.
    """
    return read_npy(path) if Path(path).suffix.lower() == ".npy" else native(read_variable(path).to_numpy())


def read_npy(path: str | Path) -> npt.NDArray[Any]:
    """Array of numbers of an .npy file, in the byte order of this machine.

    Raises
    ------
    InputError
        If there is no such file, it is none, it holds other than real numbers, or fewer than its header says.
    """
    _check_file(path)
    with guarded(path, "file of numbers, as numpy.save writes it,"), open(path, "rb") as file:
        try:
            # not np.load, which would take archives and pickles
            version = np.lib.format.read_magic(file)
            shape, by_columns, dtype = HEADERS[version](file)
        except (ValueError, EOFError, KeyError) as error:
            raise InputError(
                f"{path} expects an .npy file of numbers, got '{str(error)[:120]}'; save it with numpy.save"
            ) from None
        return native(_values(path, file, shape, by_columns, dtype))


def _values(
    path: str | Path, file: BinaryIO, shape: tuple[int, ...], by_columns: bool, dtype: np.dtype[Any]
) -> npt.NDArray[Any]:
    """What follows the header, checked against what is there before anything is allocated."""
    if dtype.kind not in "fiub":
        raise InputError(f"{path} expects an .npy file of numbers, got values of type {dtype}; convert them to float64")
    if len(shape) > MOST_AXES or any(n < 0 for n in shape):
        raise InputError(f"{path} expects an .npy file of up to {MOST_AXES} axes, got the shape {shape!s:.60}")
    count = math.prod(shape)
    there, needed = os.fstat(file.fileno()).st_size - file.tell(), count * dtype.itemsize
    if there != needed:
        raise InputError(
            f"{path} expects an .npy file of numbers, {needed} bytes for its shape {shape!s:.60}, got {there}; "
            "it is cut off or damaged: copy it again"
        )
    require_memory(str(path), "its numbers", float(needed), "give fewer")
    values = np.fromfile(file, dtype, count)
    return values.reshape(shape[::-1]).T if by_columns else values.reshape(shape)


def native(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Array in the byte order of this machine, which PyTorch asks for.

    Examples
    --------
    >>> native(np.array([1.0, 2.0], ">f4")).dtype.isnative
    True
    """
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def read_variable(path: str | Path) -> xr.DataArray:
    """Only variable of a netCDF file, with its coordinates.

    Raises
    ------
    InputError
        If there is no such file, it is broken, or holds no variable or several.
    """
    _check_file(path)
    with open_netcdf(path) as data:
        names = [str(name) for name in data.data_vars]
        if len(names) != 1:
            raise InputError(f"expected one variable, got {', '.join(names) or 'none'}; keep one in the file")
        variable = data[names[0]].load()
        values = numbers(variable).values
        return variable.copy(data=values.astype(variable.dtype) if variable.dtype.kind == "f" else values)


def _check_file(path: str | Path) -> None:
    if Path(path).suffix.lower() not in SUFFIXES:
        raise InputError(f"{path} expects a name that ends in .npy or .nc, got {Path(path).name!r}; convert the file")
    try:
        there = os.path.exists(path)
        if there:
            refuse_special(path)
    # a name that is too long, or with a null byte
    except (OSError, ValueError):
        there = False
    if not there or Path(path).is_dir():
        raise InputError(f"{path} expects a file, got none there; check the name")
