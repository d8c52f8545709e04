"""The blobs3d benchmark of arXiv 2502.05451: sums of Gaussian blobs under gridded total-field data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import whole_number

if TYPE_CHECKING:
    from geoinv.operators import Magnetics

__all__ = ["CELL", "NOISE", "SHAPE", "Blobs", "blobs3d", "blobs3d_operator", "draw_blobs", "profiles"]

Array = npt.NDArray[np.float64]

SHAPE = (32, 64, 64)
"""Cells upward, northing, easting."""

CELL = 100.0
"""Edge of a cell, m."""

NOISE = 0.01
"""Standard deviation of the noise as a part of the mean |d| of each sample."""

MOST = 6
"""Most blobs of a model."""

SHARPNESS = 50.0
LOWEST, HIGHEST = 0.2, 0.8
"""Where centres lie, with each axis of the mesh scaled to [0, 1]."""


@dataclass(frozen=True)
class Blobs:
    """Sums of blobs, ``sum over k of a_k exp(-50 |u - c_k|^2)``, u the cell's position with each axis from 0 to 1.

    Attributes
    ----------
    amplitudes : (models, 6) array
        a, zero beyond the number of blobs of a model.
    centres : (models, 6, 3) array
        c, in the order upward, northing, easting.
    """

    amplitudes: Array
    centres: Array

    def __len__(self) -> int:
        """Count of models."""
        return len(self.amplitudes)

    def models(self, shape: tuple[int, int, int] = SHAPE) -> npt.NDArray[np.float32]:
        """Models (models, upward, northing, easting): each blob is a product of three profiles."""
        up, north, east = (profiles(n, self.centres[..., axis]) for axis, n in enumerate(shape))
        planes = (self.amplitudes[..., None] * up).astype(np.float32).transpose(0, 2, 1)
        rows = (north[..., :, None] * east[..., None, :]).astype(np.float32).reshape(*self.amplitudes.shape, -1)
        return np.asarray(np.matmul(planes, rows)).reshape(-1, *shape)


def profiles(cells: int, centres: Array) -> Array:
    """One axis of blobs, (*centres.shape, cells): ``exp(-50 (u - c)^2)`` for u in linspace(0, 1, cells)."""
    return np.asarray(np.exp(-SHARPNESS * (np.linspace(0.0, 1.0, cells) - centres[..., None]) ** 2))


def draw_blobs(count: int, generator: np.random.Generator) -> Blobs:
    """Draw models: one to six blobs, centres uniform in [0.2, 0.8]^3, amplitudes uniform in [0, 1]."""
    blobs = generator.integers(1, MOST + 1, count)
    live = np.arange(MOST) < blobs[:, None]
    return Blobs(generator.random((count, MOST)) * live, generator.uniform(LOWEST, HIGHEST, (count, MOST, 3)))


def blobs3d(count: int, seed: int = 0, shape: tuple[int, int, int] = SHAPE) -> npt.NDArray[np.float32]:
    """Models of the benchmark.

    Parameters
    ----------
    count : int
        How many.
    seed : int
        Which: the same seed gives the same models, and fewer of it the first ones.
    shape : (int, int, int)
        Cells upward, northing, easting.

    Returns
    -------
    (count, *shape) float32 array

    Raises
    ------
    InputError
        If the count or the seed is no whole number from 0 on.

    Examples
    --------
    >>> models = blobs3d(3, seed=7)
    >>> models.shape, bool((models[:2] == blobs3d(2, seed=7)).all())
    ((3, 32, 64, 64), True)
    """
    number, start = whole_number("blobs3d", "count", count), whole_number("blobs3d", "seed", seed)
    drawn = [draw_blobs(1, np.random.default_rng((start, index))) for index in range(number)]
    if not drawn:
        return np.zeros((0, *shape), np.float32)
    return Blobs(
        np.concatenate([one.amplitudes for one in drawn]), np.concatenate([one.centres for one in drawn])
    ).models(shape)


def blobs3d_operator(shape: tuple[int, int, int] = SHAPE) -> Magnetics:
    """Physics of the benchmark: vertical field and magnetization, one TMI datum above each surface cell, height 0."""
    from geoinv.meshes.tensor import Grid
    from geoinv.operators import Magnetics
    from geoinv.surveys.main_field import MainField
    from geoinv.surveys.survey import Survey

    grid = Grid.regular(shape, (CELL, CELL, CELL), (-shape[0] * CELL, 0.0, 0.0))
    north, east = np.meshgrid(grid.northing, grid.easting, indexing="ij")
    field = MainField(inclination=90.0, declination=0.0, intensity=50_000.0)
    survey = Survey(east.ravel(), north.ravel(), np.zeros(north.size), components=("tmi",), field=field)
    return Magnetics(grid, survey, engine="gridded", dtype="float32")
