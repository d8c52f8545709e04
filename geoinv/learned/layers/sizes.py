"""Sizes of networks, checked before anything is made of them."""

from __future__ import annotations

from geoinv.core.checks import InputError
from geoinv.core.memory import require_memory

__all__ = ["MOST_PARTS", "require_size"]

MOST_PARTS = 10_000
"""Layers or steps of a network, in all."""


def require_size(owner: str, weights: int, parts: int = 1) -> None:
    """Reject a network that memory cannot hold, or that takes forever to make.

    Parameters
    ----------
    owner : str
        What is made, for the error.
    weights : int
        Numbers it takes, in single precision.
    parts : int, optional
        Layers or steps that are made one by one.

    Raises
    ------
    InputError
        If there are more of either than can be used.

    Examples
    --------
    >>> require_size("EUnet", 10**30)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    geoinv.core.checks.InputError: EUnet expects its 1e+30 numbers to fit in ...
    """
    # whole numbers have no largest, floats have
    if parts > MOST_PARTS:
        raise InputError(
            f"{owner} expects at most {MOST_PARTS:,} layers or steps in all, got {float(min(parts, 10**300)):.6g}; "
            "take fewer"
        )
    count = float(min(weights, 10**300))
    require_memory(owner, f"its {count:.3g} numbers", 4.0 * count, "make it smaller")
