"""Inner products of data and of models."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv.core.whole import total

__all__ = ["inner_product", "model_norm", "model_product"]

Array = npt.NDArray[np.float64]


def inner_product(first: Array, second: Array) -> float:
    """Sum of products; BLAS would wake threads of its own, which keep the cores from those of the operators."""
    return float(np.einsum("i,i->", first.ravel(), second.ravel()))


def model_product(first: Array, second: Array) -> float:
    """Inner product of models, over the whole ones where processes hold slabs of them."""
    return total(inner_product(first, second))


def model_norm(model: Array) -> float:
    """Euclidean norm of a model, over the whole one where processes hold slabs of it."""
    return float(np.sqrt(model_product(model, model)))
