"""Sparse sums on a GPU, in a fixed order."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.backend import Resident
from geoinv.operators.cuda import Runner, Source, blocks_of, real_source

__all__ = ["SparseSum", "sparse_source"]


def sparse_source(dtype: np.dtype[Any]) -> Source:
    """CUDA source for values of a type."""
    return real_source("sparse.cu", dtype)


class SparseSum:
    """Adds weighted values at places to targets; both may repeat.

    Parameters
    ----------
    targets, places : (terms,) arrays of int
        Where a term is added to, and where its value stands.
    weights : (terms,) array
        Factor of each term.
    dtype : numpy.dtype
        float32 or float64, of values and results; the sums are made in float64.
    """

    def __init__(
        self,
        targets: npt.NDArray[np.integer[Any]],
        places: npt.NDArray[np.integer[Any]],
        weights: npt.NDArray[np.float64],
        dtype: np.dtype[Any],
    ) -> None:
        order = np.argsort(targets, kind="stable")
        found, starts = np.unique(targets[order], return_index=True)
        self.count = found.size
        self._targets = Resident(found.astype(np.int32))
        self._starts = Resident(np.append(starts, order.size).astype(np.int32))
        self._places = Resident(places[order].astype(np.int32))
        self._weights = Resident(weights[order].astype(np.float64))
        self._source = sparse_source(dtype)

    def add(self, runner: Runner, values: Any, results: Any) -> None:
        """Add to results (batch, size) the terms of values (batch, length)."""
        lists = (self._targets.beside(values), self._starts.beside(values))
        terms = (self._places.beside(values), self._weights.beside(values))
        blocks = len(values) * blocks_of(self.count, self._source.tile)
        sizes = values.shape[1], results.shape[1]
        runner.run(self._source, "add_terms", blocks, *lists, self.count, *terms, values, sizes[0], results, sizes[1])
