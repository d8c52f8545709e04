"""Blobs made on the fly, as pairs of scaled coefficients and noisy data modes."""

from __future__ import annotations

import hashlib

import numpy as np
import torch
from torch import Tensor

from geoinv.datasets.blobs3d import NOISE, draw_blobs
from geoinv.experiments.blobs3d.problem import BlobProblem

__all__ = ["BlobStream"]


class BlobStream:
    """Draws of models with mean |d| = 1: coefficients c / s, and data modes P'd / s with noise.

    Parameters
    ----------
    problem : BlobProblem
    samples : int
        Of an epoch.

    Attributes
    ----------
    checksum : str
        Tells streams of other modes apart.
    """

    def __init__(self, problem: BlobProblem, samples: int) -> None:
        self.problem, self.samples = problem, samples
        self._to_data = np.ascontiguousarray(problem.in_data_modes.T, np.float32)
        self.checksum = hashlib.blake2b(self._to_data.data, digest_size=16).hexdigest()

    def draw(self, count: int, *seeds: int) -> tuple[Tensor, Tensor]:
        """Models (count, coefficients) and data (count, data modes); they follow from the seeds alone."""
        generator = np.random.default_rng(seeds)
        found = self.problem.coefficients(draw_blobs(count, generator))
        scaled = found / self.problem.mean_size(found)
        noise = np.float32(NOISE) * generator.standard_normal((count, self._to_data.shape[1]), np.float32)
        return torch.from_numpy(scaled), torch.from_numpy(scaled @ self._to_data + noise)
