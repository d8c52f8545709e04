"""A linear operator as a matrix: dense or SciPy's, its largest singular value, and whether its adjoint is its own."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import AccuracyWarning, InputError
from geoinv.core.memory import memory_said

if TYPE_CHECKING:
    import scipy.sparse.linalg as spla

__all__ = ["dense", "norm", "of_scipy", "worst_mismatch"]

Array = npt.NDArray[Any]


def dense(operator: Any) -> Array:
    """Matrix (range size, domain size) of a linear operator."""
    columns, rows = int(np.prod(operator.domain_shape)), int(np.prod(operator.range_shape))
    with memory_said(f"the matrix of {operator.name}"):
        matrix = np.empty((rows, columns), operator.dtype)
    block = max(1, int(2**24 // max(1, columns + rows)))
    for start in range(0, columns, block):
        stop = min(start + block, columns)
        units = np.zeros((stop - start, columns), operator.dtype)
        units[np.arange(stop - start), np.arange(start, stop)] = 1.0
        images = operator(units.reshape((-1, *operator.domain_shape)))
        matrix[:, start:stop] = images.reshape(stop - start, rows).T
    return matrix


def worst_mismatch(operator: Any, draws: int, seed: int) -> float:
    """Worst of ``|<A x, y> - <x, A' y>| / (|A x| |y|)`` over random pairs."""
    random = np.random.default_rng(seed)
    worst = 0.0
    for _ in range(draws):
        x = random.standard_normal(operator.domain_shape).astype(operator.dtype)
        y = random.standard_normal(operator.range_shape).astype(operator.dtype)
        forward, adjoint = operator(x).astype(np.float64), operator.T(y).astype(np.float64)
        scale = float(np.linalg.norm(forward) * np.linalg.norm(y.astype(np.float64)))
        mismatch = abs(float(np.vdot(forward, y)) - float(np.vdot(x, adjoint)))
        worst = max(worst, mismatch / scale if scale > 0 else mismatch)
    return worst


def norm(operator: Any, seed: int) -> float:
    """Largest singular value of a linear operator."""
    columns, rows = int(np.prod(operator.domain_shape)), int(np.prod(operator.range_shape))
    if min(columns, rows) <= 16:
        return float(np.linalg.norm((operator if columns <= rows else operator.T).to_dense().astype(np.float64), 2))
    import scipy.sparse.linalg as spla

    random = np.random.default_rng(seed)
    inner, outer = (operator, operator.T) if columns <= rows else (operator.T, operator)

    def normal(x: Array) -> Array:
        # of size one both ways, so that squares of small or large operators stay within single precision
        size = float(np.linalg.norm(x)) or 1.0
        image = inner(np.reshape(x / size, inner.domain_shape)).astype(np.float64)
        length = float(np.linalg.norm(image)) or 1.0
        back = size * length * outer(image / length).astype(np.float64).ravel()
        if not np.isfinite(back).all():
            raise InputError(f"the norm of {operator.name} expects finite images, got NaN or infinity")
        return np.asarray(back)

    start = normal(random.standard_normal(min(columns, rows)))
    # ARPACK's tolerance is relative to eigenvalues of about one
    scale = float(np.linalg.norm(normal(start))) / (float(np.linalg.norm(start)) or 1.0)
    if scale == 0.0:
        return 0.0
    square = spla.LinearOperator((start.size, start.size), matvec=lambda x: normal(x) / scale, dtype=np.float64)
    # below the rounding of the operator's own precision no vector is an eigenvector
    tolerance = 1e-12 if operator.dtype == np.float64 else 1e-6
    try:
        values = spla.eigsh(square, k=1, which="LA", v0=start, tol=tolerance, return_eigenvectors=False)
    except spla.ArpackNoConvergence as error:
        values = error.eigenvalues if len(error.eigenvalues) else [_power_iteration(normal, start) / scale]
        warnings.warn(
            f"the norm of {operator.name} ended where the operator rounds, at {np.sqrt(values[0] * scale):.6g}; it may "
            "be a little larger",
            AccuracyWarning,
            stacklevel=3,
        )
    return float(np.sqrt(max(values[0], 0.0) * scale))


def _power_iteration(normal: Callable[[Array], Array], start: Array) -> float:
    """Largest eigenvalue from below, which any rounding leaves as it is."""
    x, value = start, 0.0
    for _ in range(100):
        x = normal(x / np.linalg.norm(x))
        value = float(np.linalg.norm(x))
    return value


def of_scipy(operator: Any) -> spla.LinearOperator:
    """Return the same map as a scipy.sparse.linalg.LinearOperator on flat vectors."""
    import scipy.sparse.linalg as spla

    columns, rows = int(np.prod(operator.domain_shape)), int(np.prod(operator.range_shape))

    def matmat(of: Any, x: Array) -> Array:
        batch = np.moveaxis(x, -1, 0).reshape((-1, *of.domain_shape))
        return np.moveaxis(of(batch).reshape(batch.shape[0], -1), 0, -1)

    return spla.LinearOperator(
        shape=(rows, columns),
        dtype=operator.dtype,
        matvec=lambda x: operator(np.reshape(x, operator.domain_shape)).ravel(),
        rmatvec=lambda y: operator.T(np.reshape(y, operator.range_shape)).ravel(),
        matmat=lambda x: matmat(operator, x),
        rmatmat=lambda y: matmat(operator.T, y),
    )
