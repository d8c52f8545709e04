"""A linear operator as one of PyLops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoinv.core.checks import InputError

if TYPE_CHECKING:
    import pylops

__all__ = ["of_pylops"]


def of_pylops(operator: Any) -> pylops.LinearOperator:
    """Return the same map as a pylops.LinearOperator with dims and dimsd.

    Raises
    ------
    InputError
        If PyLops is not installed.
    """
    try:
        import pylops
    except ImportError:
        raise InputError("to_pylops expects PyLops, which is not installed; run: pip install pylops") from None
    made = pylops.LinearOperator(
        operator.to_scipy(), dtype=operator.dtype, dims=operator.domain_shape, dimsd=operator.range_shape
    )
    made.name = operator.name
    return made
