"""Made surveys of flight lines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv import MainField, Survey

FIELD = MainField(65.0, 25.0, 50000.0)


def flown(lines: int = 12, ties: int = 8, noise: float = 0.0, seed: int = 3) -> Survey:
    """North-south lines 100 m apart and east-west ties, over a smooth anomaly, with white noise."""
    step = np.arange(0.0, 1200.0, 10.0)
    easting, northing, names = [], [], []
    for k in range(lines):
        easting.append(np.full(step.size, 33.0 + 100.0 * k))
        northing.append(step[:: 1 if k % 2 else -1])
        names.append(np.full(step.size, f"L{k}"))
    for k in range(ties):
        easting.append(step)
        northing.append(np.full(step.size, 47.0 + 150.0 * k))
        names.append(np.full(step.size, f"T{k}"))
    e, n = np.concatenate(easting), np.concatenate(northing)
    data = smooth(e, n) + noise * np.random.default_rng(seed).normal(size=e.size)
    return Survey(e, n, np.full(e.size, 80.0), field=FIELD, data=data, columns={"line": np.concatenate(names)})


def smooth(easting: npt.NDArray[np.float64], northing: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Anomaly in nT that hardly bends within 10 m."""
    return np.asarray(300.0 * np.exp(-(((easting - 600.0) / 400.0) ** 2) - ((northing - 500.0) / 300.0) ** 2))
