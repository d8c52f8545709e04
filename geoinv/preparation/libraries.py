"""Libraries of the survey desk, loaded where they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from geoinv.core.checks import InputError

__all__ = ["require"]

_FOR = {"ppigrf": "the main field", "pyproj": "coordinate systems", "shapely": "polygons and crossings of lines"}


def require(name: str) -> Any:
    """Module of a library of the extra ``desk``.

    Raises
    ------
    InputError
        If it is not installed, with the extra to install.

    Examples
    --------
    >>> require("pyproj").CRS("EPSG:32633").is_projected
    True
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        library = name.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != library:
            raise
        raise InputError(
            f"{_FOR[library]} expect{'s' if library == 'ppigrf' else ''} {library}, which is not installed; "
            "run: pip install 'geoinv[desk]'"
        ) from None
