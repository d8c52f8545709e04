"""The blobs3d problem in its leading modes: factors of the models, modes of the data, and the operator between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.datasets.blobs3d import HIGHEST, LOWEST, SHAPE, Blobs, blobs3d_operator, draw_blobs, profiles
from geoinv.embeddings.separable import SeparableModes, leading_modes
from geoinv.experiments.shared.noisy_problem import noise_level
from geoinv.experiments.shared.preset import RunSettings
from geoinv.operators import Magnetics

__all__ = ["BlobProblem"]

Array = npt.NDArray[Any]

DRAWS = 20_000
"""Models whose second moments choose the modes of the data."""

SEEN = 256
"""Data by which the mean |d| of a model is estimated while training."""

CENTRES = 601


@dataclass(frozen=True)
class BlobProblem:
    """Operator, modes, and models drawn in them.

    Attributes
    ----------
    A : Magnetics
    modes : SeparableModes
        E.
    data_of_modes : (data, coefficients) float32 array
        A E.
    data_modes : (data modes, data) float32 array
        P', orthonormal rows.
    tables : tuple of (centres, modes) arrays
        Coefficients of one axis of a blob, for centres from the lowest to the highest.
    """

    A: Magnetics
    modes: SeparableModes
    data_of_modes: Array
    data_modes: Array
    tables: tuple[Array, ...]

    @classmethod
    def of(cls, settings: RunSettings) -> BlobProblem:
        """Make the operator and its modes; the preset ``quick`` has a coarse mesh."""
        shape = settings.choose(quick=(8, 16, 16), cpu=SHAPE, full=SHAPE)
        kept = settings.choose(quick=5, cpu=9, full=9)
        A = blobs3d_operator(shape)
        centres = np.linspace(LOWEST, HIGHEST, CENTRES)
        shapes = [profiles(cells, centres) for cells in shape]
        modes = SeparableModes([leading_modes(shape, kept) for shape in shapes])
        tables = tuple(shape @ factor for shape, factor in zip(shapes, modes.factors, strict=True))
        data_of_modes = (A @ modes).to_dense().astype(np.float32)
        problem = cls(A, modes, data_of_modes, np.zeros((0, len(data_of_modes))), tables)
        return replace(problem, data_modes=problem._leading_data(settings.choose(quick=64, cpu=320, full=320)))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Cells upward, northing, easting."""
        upward, northing, easting = self.A.domain_shape
        return upward, northing, easting

    @cached_property
    def in_data_modes(self) -> Array:
        """P'A E, (data modes, coefficients)."""
        return np.asarray(self.data_modes @ self.data_of_modes)

    def coefficients(self, blobs: Blobs) -> Array:
        """E'x of models, (models, coefficients) float32, by interpolation in the tables."""
        along = [_between(table, blobs.centres[..., axis]) for axis, table in enumerate(self.tables)]
        first = (blobs.amplitudes[..., None] * along[0]).astype(np.float32).transpose(0, 2, 1)
        others = (along[1][..., :, None] * along[2][..., None, :]).reshape(*blobs.amplitudes.shape, -1)
        return np.asarray(np.matmul(first, others.astype(np.float32))).reshape(len(blobs), -1)

    def mean_size(self, coefficients: Array) -> Array:
        """Mean |d| of models (models, coefficients), from a part of the stations: (models, 1)."""
        return np.asarray(np.abs(coefficients @ self._seen).mean(1, keepdims=True))

    @cached_property
    def _seen(self) -> Array:
        step = max(1, len(self.data_of_modes) // SEEN)
        # a step that is no divisor of a row's length, so that the stations are not all of a few columns
        return np.ascontiguousarray(self.data_of_modes[:: step | 1].T)

    def _leading_data(self, count: int) -> Array:
        """Orthonormal rows that hold most of the scaled data's energy."""
        found = self.coefficients(draw_blobs(DRAWS, np.random.default_rng(5)))
        scaled = found / self.mean_size(found)
        values, vectors = np.linalg.eigh((scaled.T @ scaled / len(scaled)).astype(np.float64))
        half = vectors * np.sqrt(np.maximum(values, 0.0))
        left, _, _ = np.linalg.svd(self.data_of_modes @ half, full_matrices=False)
        return np.ascontiguousarray(left[:, :count].T.astype(np.float32))

    def noisy(self, models: Array, seed: int) -> tuple[Array, Array]:
        """Data of models with noise, and its standard deviation, one a model."""
        clean = np.asarray(self.A(models), np.float64)
        deviation = noise_level(clean)
        noise = np.stack([np.random.default_rng((seed, k)).standard_normal(clean.shape[1:]) for k in range(len(clean))])
        return clean + deviation * noise, deviation.ravel()


def _between(table: Array, centres: Array) -> Array:
    """Rows of a table at centres, linear in between."""
    place = (centres - LOWEST) / (HIGHEST - LOWEST) * (len(table) - 1)
    low = np.minimum(place.astype(int), len(table) - 2)
    share = (place - low)[..., None]
    return np.asarray((1.0 - share) * table[low] + share * table[low + 1])
