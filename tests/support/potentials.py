"""Potentials of every rank, and their equation in NumPy."""

from __future__ import annotations

import numpy as np
import torch

HORIZON, NODES = 2.0, 3


def over_time(nodes: torch.Tensor, time: float) -> np.ndarray:
    """Values at the times j T / n, linear in between and constant behind the last, by NumPy."""
    values = nodes.detach().double().numpy()
    times = HORIZON * np.arange(len(values)) / len(values)
    flat = values.reshape(len(values), -1)
    return np.stack([np.interp(time, times, column) for column in flat.T]).reshape(values.shape[1:])
