"""Which susceptibilities there can be."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, location

__all__ = ["LOWEST", "refuse_below_vacuum"]

LOWEST = -1.0
"""SI: the permeability mu0 (1 + chi) is not negative."""


def refuse_below_vacuum(owner: str, values: npt.NDArray[Any], remedy: str = "") -> None:
    """Reject susceptibilities below -1; NaN passes.

    Raises
    ------
    InputError
        Naming the first, where it stands, and how many there are.
    """
    bad = np.asarray(values) < LOWEST
    if bad.any():
        first = np.unravel_index(int(np.argmax(bad)), bad.shape)
        where = f" at {location(first)} ({int(bad.sum())} of {bad.size} values)" if bad.ndim else ""
        raise InputError(
            f"{owner} expects susceptibilities (SI) of -1 and more, got {np.asarray(values)[first]:g}{where}; "
            f"{remedy or 'mark cells without rock as inactive (-100 in UBC files, NaN in netCDF)'}"
        )
