"""The classical loop on blobs3d: smooth and sparse models at chi^2/N = 1."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.experiments.shared.whole_inversion import invert_whole
from geoinv.regularizers.base import Regularizer
from geoinv.regularizers.smooth import Smooth
from geoinv.regularizers.sparse import Sparse

__all__ = ["CLASSICAL", "Inverted", "inverted"]

Array = npt.NDArray[Any]

CLASSICAL: dict[str, Regularizer] = {"classical, smooth": Smooth(), "classical, sparse": Sparse(p_small=1.0)}
"""Regularizers of the loop, by the method's name."""


@dataclass(frozen=True)
class Inverted:
    """Models of a method, with their fit.

    Attributes
    ----------
    models : (n, *A.domain_shape) array
    misfits : (n,) array
        chi^2/N.
    seconds : float
        Of all.
    """

    models: Array
    misfits: Array
    seconds: float


def inverted(A: LinearOperator, data: Array, deviations: Array, regularizer: Regularizer) -> Inverted:
    """Invert each datum vector, with models of zero or more."""
    began = time.perf_counter()
    found = [
        invert_whole(A, d, deviation, regularizer, (0.0, np.inf)) for d, deviation in zip(data, deviations, strict=True)
    ]
    return Inverted(
        np.stack([one.model for one in found]),
        np.array([one.chi2_per_datum for one in found]),
        time.perf_counter() - began,
    )
