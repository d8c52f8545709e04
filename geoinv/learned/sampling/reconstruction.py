"""A trained network on data: models in blocks of samples, and how well they explain the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, finite, shape_text
from geoinv.core.progress import report

__all__ = ["Reconstruction", "reconstruct"]

FEWEST, VALUES = 64, 2**16
"""Samples at a time, and values of their models together where the samples are small."""


@dataclass(frozen=True)
class Reconstruction:
    """Models found from data.

    Parameters
    ----------
    models : (..., *domain_shape) array
        float32, with the leading dimensions of the data.
    misfit : float
        Root mean square of ``A x - d`` over all data.
    size : float
        Mean ``|d|``.
    """

    models: npt.NDArray[np.float32]
    misfit: float
    size: float


def reconstruct(network: nn.Module, A: LinearOperator, data: npt.NDArray[Any], channels: int = 1) -> Reconstruction:
    """Apply a trained network.

    Parameters
    ----------
    network : torch.nn.Module
        As :func:`geoinv.learned.load` gives it.
    A : LinearOperator
        The physics that the data come from.
    data : ([samples,] [channels,] *range_shape) array
        Data, of one sample or several.
    channels : int, optional
        Images a sample.

    Raises
    ------
    InputError
        If the shape does not fit, or a value of the data or of the models found is not finite.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> twice = MatrixOperator([[2.0]])
    >>> found = reconstruct(nn.Identity(), twice, np.array([[1.0], [3.0]]))
    >>> found.models.tolist(), found.size
    ([[1.0], [3.0]], 2.0)
    """
    sample = (channels, *A.range_shape) if channels > 1 else tuple(A.range_shape)
    batch = data.shape[: data.ndim - len(sample)]
    if data.dtype.kind not in "fiub" or data.shape[len(batch) :] != sample or data.ndim < len(sample) or not data.size:
        names = f"([samples,] {', '.join(map(str, sample))})"
        raise InputError(
            f"the network expects real data of shape {names}, got {data.dtype} of shape {shape_text(data.shape)}; "
            "put the samples first"
        )
    finite("the network", "data", data, "mend or leave out that datum")
    network.eval()
    samples = data.reshape(-1, *sample)
    models = np.empty((len(samples), *sample[: len(sample) - len(A.range_shape)], *A.domain_shape), np.float32)
    block = max(FEWEST, VALUES // models[0].size)
    squares = 0.0
    # what is too large for single precision ends in a refusal of the models
    with torch.no_grad(), np.errstate(over="ignore"):
        for start in range(0, len(samples), block):
            rows = slice(start, start + block)
            models[rows] = network(torch.from_numpy(samples[rows].astype(np.float32))).numpy()
            finite("a reconstruction", "models", models[rows], "the data are too large, or not those of the network")
            squares += float(np.sum((A(models[rows]) - samples[rows]) ** 2))
            report("reconstruction", min(start + block, len(samples)), len(samples))
    misfit = float(np.sqrt(squares / data.size))
    return Reconstruction(models.reshape(*batch, *models.shape[1:]), misfit, float(np.mean(np.abs(data))))
