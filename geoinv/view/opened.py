"""The Dataset of a file, for what is told of a solution."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from geoinv.core.checks import InputError
from geoinv.formats import recognise

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["opened"]


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
