"""Tikhonov's damped least squares."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.checks import positive
from geoinv.classical.data_sets import DataSets, per_item
from geoinv.linop import LinearOperator
from geoinv.progress import report
from geoinv.quadratic import conjugate_gradients

__all__ = ["tikhonov"]

Array = npt.NDArray[Any]


def tikhonov(
    A: LinearOperator,
    data: npt.ArrayLike,
    noise: npt.ArrayLike,
    beta: float,
    *,
    roughness: LinearOperator | None = None,
    iterations: int = 1000,
    tolerance: float = 1e-8,
) -> Array:
    """Models that minimise ``1/2 |A x - d|^2 / s^2 + 1/2 beta |L x|^2``.

    Parameters
    ----------
    A : LinearOperator
        The physics.
    data : (..., *range_shape) array
        d; leading dimensions are a batch.
    noise : float or (...) array
        Standard deviation s, one for all or one a data set, in the data's unit.
    beta : float
        Trade-off, positive; 1 over the variance of the model where L is the identity.
    roughness : LinearOperator, optional
        L; the identity where not given.
    iterations : int
        Most steps of conjugate gradients.
    tolerance : float
        Reduction of the residual at which to stop.

    Returns
    -------
    (..., *domain_shape) array

    Raises
    ------
    InputError
        If the data do not fit the operator, L does not take its models, or beta is not positive.

    Notes
    -----
    Solves ``(A'A + s^2 beta L'L) x = A'd``, all data sets of a block as one system.

    Examples
    --------
    >>> from geoinv.linop import MatrixOperator
    >>> tikhonov(MatrixOperator([[2.0, 0.0]]), [[2.0], [4.0]], 1.0, beta=1.0).round(6).tolist()
    [[0.8, 0.0], [1.6, 0.0]]
    """
    positive("tikhonov", "beta", np.asarray(beta), "a beta above zero holds what the data leave open")
    sets = DataSets.of("tikhonov", A, data, noise)
    models = np.zeros((len(sets.data), *A.domain_shape), A.dtype)
    for places, block, variance in sets.blocks():
        report("Tikhonov", places.start, len(sets.data))
        back = A.T(block)
        size = np.linalg.norm(back.reshape(len(back), -1), axis=1)
        # all right-hand sides of one size, for the tolerance is that of the block as a whole
        scale = per_item(np.where(size > 0.0, size, 1.0), back)
        damping = beta * per_item(variance, back)

        def curvature(x: Array, damping: Array = damping) -> Array:
            smooth = x if roughness is None else roughness.T(roughness(x))
            return np.asarray(A.T(A(x)) + damping * smooth)

        models[places] = scale * conjugate_gradients(curvature, back / scale, np.ones(1), tolerance, iterations)
    report("Tikhonov", 1, 1)
    return sets.restored(models)
