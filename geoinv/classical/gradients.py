"""Differences between neighbouring cells, and the systems ``(A'A + rho G'G) x = b`` that they make with an operator."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import scipy.fft
import scipy.linalg

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.classical.data_sets import per_item
from geoinv.classical.momentum import inner

__all__ = ["gradient", "gradient_transposed", "lengths", "systems"]

Array = npt.NDArray[Any]

_CELLS = 1024
"""Cells up to which the matrix of a system is factored; a larger one takes conjugate gradients."""

_PROBES = 32

_STEPS = 100
"""Most conjugate gradients for one system; the next one goes on from where they end."""


def gradient(x: Array) -> Array:
    """Forward differences along each axis, (items, rank, *shape); zero at the last cell."""
    slopes = np.zeros((len(x), x.ndim - 1, *x.shape[1:]), x.dtype)
    for axis in range(x.ndim - 1):
        lower, upper = _faces(axis)
        np.subtract(x[upper], x[lower], out=slopes[:, axis][lower])
    return slopes


def gradient_transposed(field: Array) -> Array:
    """Transpose of :func:`gradient`."""
    result = np.zeros_like(field[:, 0])
    for axis in range(field.shape[1]):
        lower, upper = _faces(axis)
        inner_faces = field[:, axis][lower]
        result[lower] -= inner_faces
        result[upper] += inner_faces
    return result


def lengths(slopes: Array) -> Array:
    """Sum over each item of the lengths of a field (items, rank, *shape)."""
    length = np.linalg.norm(slopes, axis=1)
    return np.asarray(length.reshape(len(length), -1).sum(axis=1))


def _faces(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Indices of the cells below and above each inner face along an axis of (items, *shape)."""
    before = (slice(None),) * (axis + 1)
    return (*before, slice(None, -1)), (*before, slice(1, None))


class Systems(Protocol):
    """Solver of ``(A'A + rho G'G) x = b`` for many b, each with a rho of its own."""

    def solve(self, right: Array, rho: Array, start: Array, size: Array) -> Array:
        """Solutions (items, *shape), their residuals below `size` where that is possible."""


def systems(A: LinearOperator, curvature: float) -> Systems:
    """Solver for an operator whose squared norm is `curvature`."""
    if math.prod(A.domain_shape) <= _CELLS:
        try:
            return _Factored(A, 0.1 * curvature)
        except np.linalg.LinAlgError:
            # A sees no constant model, and rounding makes of that a matrix that is not positive
            pass
    return _Iterated(A)


class _Factored:
    """``W (1 + (rho - c) l)^-1 W'``, with W and l from one eigenproblem of A'A + c G'G and G'G for every rho."""

    def __init__(self, A: LinearOperator, middle: float) -> None:
        matrix = A.to_dense().astype(np.float64)
        cells = matrix.shape[1]
        slopes = gradient(np.eye(cells).reshape(cells, *A.domain_shape)).reshape(cells, -1)
        rough = slopes @ slopes.T
        lower = np.linalg.cholesky(matrix.T @ matrix + middle * rough)
        half = scipy.linalg.solve_triangular(lower, rough, lower=True)
        self._eigenvalues, directions = np.linalg.eigh(scipy.linalg.solve_triangular(lower, half.T, lower=True))
        self._eigenvalues = np.clip(self._eigenvalues, 0.0, 1.0 / middle)
        self._basis = scipy.linalg.solve_triangular(lower.T, directions)
        self._middle = middle

    def solve(self, right: Array, rho: Array, start: Array, size: Array) -> Array:
        spectrum = right.reshape(len(right), -1) @ self._basis
        spectrum /= 1.0 + (rho - self._middle)[:, None] * self._eigenvalues
        return np.asarray(spectrum @ self._basis.T).reshape(right.shape)


class _Iterated:
    """Conjugate gradients from a start on, with the diagonal of the system in the basis of cosines as preconditioner.

    There G'G is diagonal, and so is A'A for a blur; for another A random signs tell its diagonal well enough.
    """

    def __init__(self, A: LinearOperator) -> None:
        self._operator = A
        self._axes = tuple(range(1, len(A.domain_shape) + 1))
        signs = np.random.default_rng(0).choice([-1.0, 1.0], (_PROBES, *A.range_shape))
        self._seen = np.mean(self._cosines(A.T(signs).astype(np.float64)) ** 2, axis=0)
        frequencies = np.meshgrid(*(np.arange(n) / n for n in A.domain_shape), indexing="ij")
        self._rough = sum(4.0 * np.sin(0.5 * np.pi * frequency) ** 2 for frequency in frequencies)

    def _cosines(self, x: Array) -> Array:
        return np.asarray(scipy.fft.dctn(x, axes=self._axes, norm="ortho"))

    def _apply(self, x: Array, rho: Array) -> Array:
        seen = self._operator.T(self._operator(x)).astype(np.float64)
        return np.asarray(seen + per_item(rho, x) * gradient_transposed(gradient(x)))

    def solve(self, right: Array, rho: Array, start: Array, size: Array) -> Array:
        diagonal = self._seen + per_item(rho, right) * self._rough
        diagonal = np.maximum(diagonal, 1e-12 * diagonal.max())

        def nearer(residual: Array) -> Array:
            return np.asarray(scipy.fft.idctn(self._cosines(residual) / diagonal, axes=self._axes, norm="ortho"))

        x, residual = start.copy(), right - self._apply(start, rho)
        direction = nearer(residual)
        square = inner(residual, direction)
        for _ in range(_STEPS):
            if (inner(residual, residual) <= size**2).all():
                break
            image = self._apply(direction, rho)
            bend = inner(direction, image)
            step = np.where(bend > 0.0, square / np.where(bend > 0.0, bend, 1.0), 0.0)
            x += per_item(step, x) * direction
            residual = residual - per_item(step, x) * image
            towards = nearer(residual)
            following = inner(residual, towards)
            direction = towards + per_item(following / np.where(square > 0.0, square, 1.0), x) * direction
            square = following
        return x
