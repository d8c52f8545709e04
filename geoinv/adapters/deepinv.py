"""A linear operator as a physics of deepinv."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.torch_bridge import as_torch
from geoinv.core.checks import InputError

if TYPE_CHECKING:
    from deepinv.physics import LinearPhysics

__all__ = ["to_deepinv"]


def to_deepinv(operator: LinearOperator, **options: Any) -> LinearPhysics:
    """Return the same map as a deepinv.physics.LinearPhysics of tensors (batch, channels, ...).

    Parameters
    ----------
    operator : LinearOperator
        Of the models and data of one channel: what stands before their axes is mapped one by one.
    options
        Of ``LinearPhysics``, such as ``noise_model``.

    Raises
    ------
    InputError
        If deepinv, or what it needs, is not installed.
    """
    try:
        from deepinv.physics import LinearPhysics
    except ImportError as error:
        raise InputError(f"to_deepinv expects deepinv, got {error}; run: pip install deepinv") from None
    B = as_torch(operator)
    return LinearPhysics(A=lambda x, **given: B(x), A_adjoint=lambda y, **given: B.T(y), **options)
