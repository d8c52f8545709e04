"""The magnetic sections of MNIST: operator, models to train, choose and test with, and their noisy data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.classical import linear_minimum_mean_square_error, moments
from geoinv.datasets import mnist
from geoinv.experiments.shared.noisy_problem import NoisyProblem, noise_level, noisy_data
from geoinv.experiments.shared.preset import RunSettings
from geoinv.operators import MagneticSection

__all__ = ["Magnetics"]

Array = npt.NDArray[Any]

SET_ASIDE = 5000
"""How many of the 60,000 training images choices are made by."""


@dataclass(frozen=True)
class Magnetics(NoisyProblem):
    """Digits as sections of magnetized cells, and the anomaly along a line above each.

    Attributes
    ----------
    A : MagneticSection
        Of 28 x 28 cells.
    training, validation, test : (images, 28, 28) float32 array
        The last is never used for a choice.
    validation_data, test_data : (images, 28) float32 array
        With noise.
    """

    A: MagneticSection

    @classmethod
    def of(cls, settings: RunSettings) -> Magnetics:
        """Read MNIST and make the data.

        Raises
        ------
        InputError
            If MNIST is not there and cannot be fetched.
        """
        images, _ = mnist("train")
        held_out, _ = mnist("test")
        training = images[: settings.choose(quick=320, cpu=-SET_ASIDE, full=-SET_ASIDE)]
        validation = images[-settings.choose(quick=64, cpu=SET_ASIDE, full=SET_ASIDE) :]
        test = held_out[: settings.choose(quick=64, cpu=None, full=None)]
        # half a cell: the height of the stations above the section's top edge
        A = MagneticSection((28, 28), height=0.5, dtype="float32")
        random = np.random.default_rng(settings.seed)
        return cls(A, training, validation, test, noisy_data(A, validation, random), noisy_data(A, test, random))

    @property
    def mean_square(self) -> float:
        """Mean of the squared magnetization of the test models: an NMSE times it is an error per pixel."""
        return float(np.mean(self.test.astype(np.float64) ** 2))

    def linear_estimate(self) -> Array:
        """Best linear estimate of the test models, from the mean and covariance of the training models."""
        mean, covariance = moments(self.training.astype(np.float64))
        levels = noise_level(self.A(self.training))
        estimate = linear_minimum_mean_square_error(self.A, mean, covariance, float(np.sqrt(np.mean(levels**2))))
        return estimate(self.test_data)
