"""From data to the smallest model that explains them: what projecting samplers pull a model back with."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.torch_bridge import as_torch
from geoinv.core.checks import InputError

__all__ = ["damped_pseudo_inverse", "dense_pseudo_inverse"]

# the decomposition of a matrix of 2,048 x 2,048 takes some ten seconds; beyond that it is no default any more
_LARGEST_MATRIX = 2**22

PseudoInverse = Callable[[Tensor], Tensor]


def dense_pseudo_inverse(A: LinearOperator, cutoff: float = 1e-6) -> PseudoInverse:
    """Pseudo-inverse A^+ from the singular value decomposition of the operator's matrix.

    Parameters
    ----------
    A : LinearOperator
        A small operator.
    cutoff : float
        Singular values below this share of the largest one are left out, with the data they carry.

    Returns
    -------
    callable
        Maps (..., *range_shape) tensors to (..., *domain_shape).

    Raises
    ------
    InputError
        If the matrix would be large.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> dense_pseudo_inverse(MatrixOperator([[1.0, 1.0]]))(torch.tensor([6.0]))
    tensor([3., 3.])
    """
    rows, columns = math.prod(A.range_shape), math.prod(A.domain_shape)
    if rows * columns > _LARGEST_MATRIX:
        raise InputError(
            f"dense_pseudo_inverse expects an operator whose matrix has at most {_LARGEST_MATRIX} entries, got "
            f"{A.name} with {rows} x {columns}; use damped_pseudo_inverse(A, damping)"
        )
    inverse = torch.from_numpy(np.linalg.pinv(A.to_dense().astype(np.float64), rcond=cutoff))
    split = len(A.range_shape)

    def apply(data: Tensor) -> Tensor:
        batch = data.shape[: data.ndim - split]
        return (data.reshape(*batch, rows) @ inverse.to(data).T).reshape(*batch, *A.domain_shape)

    return apply


def damped_pseudo_inverse(A: LinearOperator, damping: float, iterations: int = 50) -> PseudoInverse:
    """Damped pseudo-inverse (A'A + damping^2 I)^-1 A', by conjugate gradients.

    The form for least squares (CGLS; Bjorck, Numerical Methods for Least Squares Problems, 1996, algorithm 7.4.1),
    which keeps the misfit and so the digits.

    Parameters
    ----------
    A : LinearOperator
        Any operator.
    damping : float
        Positive; singular values far below it are left out.
    iterations : int
        Of conjugate gradients, each with one application of A and one of A'.

    Returns
    -------
    callable
        Maps (..., *range_shape) tensors to (..., *domain_shape).

    Raises
    ------
    InputError
        If the damping is not positive.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> damped_pseudo_inverse(MatrixOperator([[1.0, 1.0]]), damping=1e-3)(torch.tensor([6.0])).round(decimals=4)
    tensor([3., 3.])
    """
    if not (math.isfinite(damping) and damping > 0):
        raise InputError(f"damped_pseudo_inverse expects a positive damping, got {damping}")
    operator = as_torch(A)
    axes, rows = tuple(range(-len(A.domain_shape), 0)), tuple(range(-len(A.range_shape), 0))

    def inner(first: Tensor, second: Tensor) -> Tensor:
        return (first * second).sum(dim=axes, keepdim=True)

    def apply(data: Tensor) -> Tensor:
        misfit, descent = data, operator.T(data)
        model, direction, square = torch.zeros_like(descent), descent, inner(descent, descent)
        # below rounding the directions are noise: an item that has converged waits for the others of its batch
        finished = square * (10 * torch.finfo(data.dtype).eps) ** 2
        for _ in range(iterations):
            image = operator(direction)
            curvature = image.square().sum(dim=rows, keepdim=True).reshape(square.shape)
            curvature = curvature + damping**2 * inner(direction, direction)
            length = torch.where(square > finished, square / curvature, 0.0)
            model = model + length * direction
            misfit = misfit - length.reshape(*length.shape[: data.ndim - len(rows)], *[1] * len(rows)) * image
            descent = operator.T(misfit) - damping**2 * model
            before, square = square, inner(descent, descent)
            direction = descent + torch.where(before > finished, square / before, 0.0) * direction
        return model

    return apply
