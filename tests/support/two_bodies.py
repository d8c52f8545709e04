"""Magnetics and gravity over two bodies, small enough for tests."""

from __future__ import annotations

import numpy as np

import geoinv
from geoinv.operators import Gravity, Magnetics

NOISE = 2.0, 0.008


def operators(height=20.0):
    mesh = geoinv.Grid.regular(shape=(5, 10, 10), spacing=(40.0, 40.0, 40.0), origin=(-200.0, 0.0, 0.0))
    along = np.arange(20.0, 400.0, 40.0)
    easting, northing = (part.ravel() for part in np.meshgrid(along, along))
    stations = easting, northing, np.full(easting.size, height)
    field = geoinv.MainField(65.0, 25.0, 50000.0)
    magnetic, gravity = geoinv.Survey(*stations, field=field), geoinv.Survey(*stations, components=("gz",))
    return Magnetics(mesh, magnetic), Gravity(mesh, gravity)


def truth():
    bodies = np.zeros((2, 5, 10, 10))
    bodies[0, 1:4, 2:5, 2:4], bodies[1, 2:4, 5:8, 6:8] = 1.0, 1.0
    return 0.05 * bodies[0] + 0.03 * bodies[1], 300.0 * bodies[0] + 500.0 * bodies[1]


def data_sets(seed=0, height=20.0):
    """Data sets with noise, magnetic first."""
    random = np.random.default_rng(seed)
    return [
        geoinv.DataSet(A, A(model) + noise * random.standard_normal(A.range_shape), noise)
        for A, model, noise in zip(operators(height), truth(), NOISE, strict=True)
    ]


def nmse(model, true):
    return float(np.sum((model - true) ** 2) / np.sum(true**2))
