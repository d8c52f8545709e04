"""The limit of linear methods: the best linear map, and the posterior of a normal prior of the same moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["NormalPosterior", "best_linear_map"]

Array = npt.NDArray[Any]

DAMPING = 1e-5
"""Of the normal matrix, relative to its mean diagonal."""


def best_linear_map(y: Array, c: Array) -> Array:
    """Matrix L (coefficients, data) with the least mean of ``|L y - c|^2 / |c|^2``, for samples as rows."""
    weights = 1.0 / np.sum(np.square(c, dtype=np.float64), axis=1)
    weighted = y.T.astype(np.float64) * weights
    normal = weighted @ y
    normal += DAMPING * np.trace(normal) / len(normal) * np.eye(len(normal))
    return np.asarray(np.linalg.solve(normal, weighted @ c).T)


@dataclass(frozen=True)
class NormalPosterior:
    """Posterior of a normal prior with the moments of samples, for data ``y = D c + noise``.

    Attributes
    ----------
    gain : (coefficients, data) array
        Mean = gain y.
    factor : (coefficients, k) array
        Of the covariance, which does not depend on y.
    """

    gain: Array
    factor: Array

    @classmethod
    def of(cls, physics: Array, c: Array, deviation: float) -> NormalPosterior:
        """From D (data, coefficients), samples c as rows, and the noise's standard deviation."""
        prior = np.asarray(c.T @ c, np.float64) / len(c)
        crossed = prior @ physics.T
        data = physics @ crossed + deviation**2 * np.eye(len(physics))
        gain = np.linalg.solve(data, crossed.T).T
        values, vectors = np.linalg.eigh(prior - gain @ crossed.T)
        return cls(gain, vectors * np.sqrt(np.maximum(values, 0.0)))

    def sample(self, y: Array, count: int, generator: np.random.Generator) -> Array:
        """Coefficients (count, coefficients) for one datum vector."""
        noise = generator.standard_normal((count, self.factor.shape[1]))
        return np.asarray(self.gain @ y + noise @ self.factor.T)
