"""Which values of a quantity of models there can be."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import QUANTITIES
from geoinv.core.checks import InputError
from geoinv.surveys.susceptibility import refuse_below_vacuum

__all__ = ["refuse_impossible"]


def refuse_impossible(owner: str, values: npt.NDArray[Any], quantity: str) -> None:
    """Reject values that no matter has; NaN passes.

    Parameters
    ----------
    owner : str
        The file or option, for the error.
    values : array
        In the unit of the project.
    quantity : str
        A key of :data:`geoinv.conventions.quantities.QUANTITIES`; others have no limits.

    Raises
    ------
    InputError
        Naming the first, and how many there are.

    Examples
    --------
    >>> refuse_impossible("a.den", np.array([-300.0, np.nan]), "density")
    """
    if quantity == "susceptibility":
        refuse_below_vacuum(owner, values)
        return
    known = QUANTITIES.get(quantity)
    if known is None:
        return
    bad = (np.asarray(values) < known.lowest) | (np.asarray(values) > known.highest)
    if bad.any():
        raise InputError(
            f"{owner} expects {known.long_name} between {known.lowest:g} and {known.highest:g} {known.unit}, got "
            f"{np.asarray(values)[bad].flat[0]:g} ({int(bad.sum())} of {bad.size} values); give it in its own unit"
            f"{f' ({known.ubc_unit} in UBC files)' if known.ubc_unit else ''}, and mark cells without rock as inactive"
        )
