"""What stays true of operators in their sums, multiples and compositions: cells, stations, what the numbers mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["OF_THE_DOMAIN", "OF_THE_RANGE", "carried_by_sum", "having", "scaled_gram_diagonal"]

OF_THE_DOMAIN = ("mesh", "unknown")
"""Attributes that say what a model is."""

OF_THE_RANGE = ("survey", "data_multiple")
"""Attributes that say what data are."""


def having(operator: Any, *names: str) -> dict[str, Any]:
    """Attributes of these names, as far as an operator has them."""
    return {name: getattr(operator, name) for name in names if hasattr(operator, name)}


def carried_by_sum(first: Any, second: Any) -> dict[str, Any]:
    """Attributes that a sum has of its two operators: those in which they agree."""
    multiples = first.data_multiple, second.data_multiple
    # the fields of two bodies add up to a field; a field less another is something else
    carried: dict[str, Any] = {"data_multiple": multiples[0] if multiples[0] == multiples[1] else None}
    for name in ("unknown", "decay_exponent"):
        if hasattr(first, name) and getattr(first, name) == getattr(second, name, None):
            carried[name] = getattr(first, name)
    for name in ("mesh", "survey"):
        one: Any = getattr(first, name, None)
        other: Any = getattr(second, name, None)
        if one is not None and (one is other or getattr(one, "same_places", lambda _: False)(other)):
            carried[name] = one
            if name == "mesh" and (other.active & ~one.active).any():
                # a cell that either of them sees counts
                carried[name] = one.with_active(one.active | other.active)
    return carried


def scaled_gram_diagonal(operator: Any, factor: float, weights: npt.ArrayLike = 1.0) -> npt.NDArray[np.float64]:
    """Diagonal of A' W^2 A for a multiple of an operator."""
    return np.asarray(factor**2 * operator.gram_diagonal(weights))
