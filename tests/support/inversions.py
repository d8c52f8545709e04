"""Linear problems whose minima are known."""

from __future__ import annotations

import numpy as np

import geoinv

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)


def noisy(A, model, part, seed=0):
    clean = A(model)
    sigma = part * float(np.abs(clean).max())
    return clean + sigma * np.random.default_rng(seed).standard_normal(clean.shape), sigma
