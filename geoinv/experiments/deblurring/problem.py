"""Blurred colour images: operator, images to train, choose and test with, and their noisy data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.datasets import Pictures, free_pictures, pictures
from geoinv.experiments.shared.noisy_problem import NoisyProblem, noise_level, noisy_data
from geoinv.experiments.shared.preset import RunSettings
from geoinv.operators import Blur

__all__ = ["Deblurring", "noise_levels", "read_pictures"]

Array = npt.NDArray[Any]

_TILE = 24


@dataclass(frozen=True)
class Deblurring(NoisyProblem):
    """Images, and what is seen of them through one exponential point spread.

    Attributes
    ----------
    A : Blur
        Of one colour.
    training, validation, test : (images, 3, rows, columns) float32 array
        The last is never used for a choice.
    validation_data, test_data : arrays of these shapes
        With noise.
    scale : float
        The s of exp(-r/s), in pixels.
    """

    A: Blur
    scale: float

    @classmethod
    def of(cls, read: Pictures, scale: float, seed: int) -> Deblurring:
        """Blur the images, and add noise to those that are not trained with."""
        A = Blur(read.train.shape[2:], scale, dtype="float32")
        random = np.random.default_rng([seed, round(1000 * scale)])
        validation_data, test_data = (noisy_data(A, models, random) for models in (read.validation, read.test))
        return cls(A, read.train, read.validation, read.test, validation_data, test_data, scale)

    @property
    def case(self) -> str:
        """How the table calls it."""
        return f"s = {self.scale:g}"

    def data_of(self, models: Array, seed: int) -> Array:
        """Blurred and noisy data of other images."""
        return noisy_data(self.A, models, np.random.default_rng(seed))


def read_pictures(settings: RunSettings) -> Pictures:
    """Images of a preset; ``quick`` cuts tiles from freely licensed ones, so that it needs no data.

    Raises
    ------
    InputError
        If the images are not there.
    """
    if settings.preset == "quick":
        tiles = [_tiles(image) for image in free_pictures(4 * _TILE).images]
        training, (test, validation) = np.concatenate(tiles[:2]), tiles[2:]
        return Pictures(f"{_TILE} x {_TILE} tiles of scikit-image's pictures", training, validation[:8], test[:8])
    read = pictures()
    count = settings.choose(quick=0, cpu=800, full=len(read.train))
    return Pictures(read.name, read.train[:count], read.validation[:100], read.test[:1000])


def noise_levels(data: Array) -> Array:
    """Standard deviation of the noise of each colour of (images, 3, rows, columns) data, inferred from the data."""
    return np.repeat(noise_level(data)[:, :, 0, 0], data.shape[1], axis=1)


def _tiles(image: Array) -> Array:
    """Tiles (count, 3, _TILE, _TILE) of an image."""
    rows = image.shape[1] // _TILE
    split = image.reshape(3, rows, _TILE, rows, _TILE).transpose(1, 3, 0, 2, 4)
    return np.ascontiguousarray(split.reshape(-1, 3, _TILE, _TILE))
