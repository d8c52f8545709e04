"""Magnetization vectors: the direction and the moment of a body magnetized far off the field."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

import geoinv
from geoinv.operators import Magnetics
from geoinv.regularizers.registry import regularizer_of

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)


def direction_off_the_field(degrees):
    across = np.cross(FIELD.direction, [0.3, -0.5, 0.8])
    across /= np.linalg.norm(across)
    return np.cos(np.radians(degrees)) * FIELD.direction + np.sin(np.radians(degrees)) * across


def remanent_body():
    grid = geoinv.Grid.regular((8, 14, 14), (25.0, 25.0, 25.0), (-200.0, 0.0, 0.0))
    inside = np.zeros(grid.shape, bool)
    inside[2:6, 4:10, 5:9] = True
    model = 2.0 * direction_off_the_field(60.0)[:, None, None, None] * inside
    easting, northing = (c.ravel() for c in np.meshgrid(grid.easting, grid.northing))
    survey = geoinv.Survey(easting, northing, np.full(easting.size, 20.0), field=FIELD)
    A = Magnetics(grid, survey, unknown="magnetization")
    clean = np.asarray(A(model))
    deviation = 1.0 + 0.01 * np.abs(clean)
    return A, clean + deviation * np.random.default_rng(0).standard_normal(clean.shape), deviation, model


def test_compact_vectors_tell_direction_and_moment_of_a_body_magnetized_60_degrees_off_the_field():
    A, data, deviation, truth = remanent_body()
    solution = geoinv.invert(A, data, deviation, regularizer_of("compact"))
    assert solution.reached
    amplitude = np.linalg.norm(solution.model, axis=0)
    along = np.einsum("i,i...->...", direction_off_the_field(60.0), solution.model) / np.maximum(amplitude, 1e-12)
    core = amplitude > 0.5 * amplitude.max()
    off = np.degrees(np.arccos(np.clip(along[core], -1.0, 1.0)))
    assert np.average(off, weights=amplitude[core]) < 10.0
    moment, expected = (model.sum(axis=(1, 2, 3)) for model in (solution.model, truth))
    assert np.linalg.norm(moment - expected) < 0.25 * np.linalg.norm(expected)
    npt.assert_allclose(np.sum(amplitude), np.linalg.norm(truth, axis=0).sum(), rtol=0.25)
