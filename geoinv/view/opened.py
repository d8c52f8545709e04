"""The Dataset of a file, for what is told of a solution."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from geoinv.core.checks import InputError
from geoinv.formats import recognise
from geoinv.formats.base import Format

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["opened", "shown_as_survey"]


def opened(source: xr.Dataset | str | Path) -> AbstractContextManager[xr.Dataset]:
    """Open the Dataset of a file; a Dataset is given back as it is.

    Raises
    ------
    InputError
        If the file holds none.
    """
    if not isinstance(source, (str, Path)):
        return nullcontext(source)
    kind = recognise(source)
    if kind.dataset is None:
        raise InputError(f"{source} expects a solution, got {kind.name}; give what geoinv invert wrote")
    found: AbstractContextManager[xr.Dataset] = kind.dataset(source)
    return found


def shown_as_survey(kind: Format, columns: Mapping[str, str | int] | None) -> bool:
    """Whether a file is shown as the survey in it: not a Dataset of grids, all of which are shown, unless one is named.

    Examples
    --------
    >>> from geoinv.formats import netcdf_grid, netcdf_survey
    >>> shown_as_survey(netcdf_survey.FORMAT, None), shown_as_survey(netcdf_grid.FORMAT, None)
    (True, False)
    """
    of_grids = kind.dataset is not None and "columns" in kind.options
    return "survey" in kind.holds and (not of_grids or columns is not None)
