"""Arrays of the user's own: .npy files and netCDF variables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.checks import InputError
from geoinv.formats.netcdf_file import open_netcdf
from geoinv.variables import numbers

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["read_array", "read_npy", "read_variable"]

SUFFIXES = (".npy", ".nc")


def read_array(path: str | Path) -> npt.NDArray[Any]:
    """Array of an .npy file, or of the only variable of a netCDF file.

    Parameters
    ----------
    path : str or Path
        Its suffix tells the format.

    Raises
    ------
    InputError
        If there is no such file, it is broken, or holds several variables.
    """
    return read_npy(path) if Path(path).suffix.lower() == ".npy" else read_variable(path).to_numpy()


def read_npy(path: str | Path) -> npt.NDArray[Any]:
    """Array of an .npy file.

    Raises
    ------
    InputError
        If there is no such file, or it is none.
    """
    _check_file(path)
    try:
        with open(path, "rb") as file:
            # not np.load, which would take archives and pickles
            return np.lib.format.read_array(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{path} expects an .npy file of numbers, got '{error}'; save it with numpy.save") from None


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
    if not Path(path).is_file():
        raise InputError(f"{path} expects a file, got none there; check the name")
