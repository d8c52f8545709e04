"""How far recovered models are from the true ones: NMSE, mean square error, PSNR."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, shape_text

__all__ = ["each_nmse", "mean_square_error", "nmse", "psnr"]


def nmse(found: Any, truth: Any) -> float:
    """Sum of ``|found - truth|^2`` over the sum of ``|truth|^2``, over all samples together.

    Parameters
    ----------
    found, truth : (samples, ...) array or tensor
        Of one shape.

    Raises
    ------
    InputError
        If the shapes differ or the truth is zero.

    Examples
    --------
    >>> nmse([[1.0, 2.0]], [[1.0, 1.0]])
    0.5
    """
    recovered, true = _pair("nmse", found, truth)
    size = float(np.sum(true**2))
    if size == 0.0:
        raise InputError("nmse expects a truth that is not zero everywhere; give models with contrast")
    return float(np.sum((recovered - true) ** 2)) / size


def each_nmse(found: Any, truth: Any) -> npt.NDArray[np.float64]:
    """``|found - truth|^2 / |truth|^2`` of each sample, the first dimension; models of any amplitude count alike.

    Examples
    --------
    >>> each_nmse([[1.0, 2.0], [2.0, 0.0]], [[1.0, 1.0], [2.0, 0.0]])
    array([0.5, 0. ])
    """
    recovered, true = _pair("each_nmse", found, truth)
    axes = tuple(range(1, true.ndim))
    sizes = np.sum(true**2, axis=axes)
    if not np.all(sizes > 0.0):
        raise InputError("each_nmse expects truths that are not zero everywhere; give models with contrast")
    return np.asarray(np.sum((recovered - true) ** 2, axis=axes) / sizes)


def mean_square_error(found: Any, truth: Any) -> float:
    """Mean of ``(found - truth)^2`` over all cells or pixels, in the square of the model's unit.

    Examples
    --------
    >>> mean_square_error([[1.0, 2.0]], [[1.0, 1.0]])
    0.5
    """
    recovered, true = _pair("mean_square_error", found, truth)
    return float(np.mean((recovered - true) ** 2))


def psnr(found: Any, truth: Any, peak: float = 1.0) -> float:
    """Peak signal-to-noise ratio ``10 log10(peak^2 / MSE)`` in dB, the mean over the samples of each one's own.

    Parameters
    ----------
    found, truth : (samples, ...) array or tensor
        Of one shape.
    peak : float
        Largest value that a model can have.

    Returns
    -------
    float
        Infinite where a sample is recovered exactly.

    Examples
    --------
    >>> round(psnr([[0.5, 0.6], [0.5, 0.5]], [[0.5, 0.5], [0.5, 0.51]]), 3)
    33.01
    """
    recovered, true = _pair("psnr", found, truth)
    errors = np.mean((recovered - true).reshape(len(true), -1) ** 2, axis=1)
    return math.inf if (errors == 0.0).any() else float(np.mean(10.0 * np.log10(peak**2 / errors)))


def _pair(owner: str, found: Any, truth: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    recovered, true = (np.asarray(values, dtype=np.float64) for values in (found, truth))
    if recovered.shape != true.shape or not true.size:
        raise InputError(
            f"{owner} expects recovered models of the shape of the true ones, {shape_text(true.shape)}, "
            f"got {shape_text(recovered.shape)}; pair them sample by sample"
        )
    return recovered, true
