"""Magnetization vectors: the direction and the moment of bodies magnetized far off the field."""

from __future__ import annotations

import numpy as np
import pytest

import geoinv
from geoinv.operators import Magnetics
from geoinv.regularizers.registry import regularizer_of

BODIES = {
    "shallow": ((60.0, 0.0), 180.0, np.s_[5:7, 5:9, 5:9]),
    "dyke below draped stations": ((-35.0, 15.0), 135.0, np.s_[2:6, 2:12, 6:9]),
}
"""Inclination and declination of the field; azimuth of the magnetization about it; cells, from 8 layers of 14 x 14."""


def turned(field, degrees, azimuth):
    """Unit vector some degrees off the field."""
    first = np.cross(field.direction, [0.3, -0.5, 0.8])
    first /= np.linalg.norm(first)
    second, angle, turn = np.cross(field.direction, first), np.radians(degrees), np.radians(azimuth)
    return np.cos(angle) * field.direction + np.sin(angle) * (np.cos(turn) * first + np.sin(turn) * second)


@pytest.mark.parametrize("body", BODIES)
def test_aligned_vectors_tell_direction_and_moment_of_bodies_magnetized_60_degrees_off_the_field(body):
    angles, azimuth, cells = BODIES[body]
    field, random = geoinv.MainField(*angles, 50000.0), np.random.default_rng(0)
    grid = geoinv.Grid.regular((8, 14, 14), (25.0, 25.0, 25.0), (-200.0, 0.0, 0.0))
    inside = np.zeros(grid.shape, bool)
    inside[cells] = True
    direction = turned(field, 60.0, azimuth)
    truth = 2.0 * direction[:, None, None, None] * inside
    easting, northing = (c.ravel() for c in np.meshgrid(grid.easting, grid.northing))
    height = 25.0 + ("draped" in body) * 10.0 * np.sin(easting / 70.0) * np.cos(northing / 90.0)
    survey = geoinv.Survey(easting, northing, height, field=field)
    A = Magnetics(grid, survey, unknown="magnetization", engine="dense", rtol=1e-5)
    clean = np.asarray(A(truth))
    deviation = 0.02 * np.abs(clean) + 0.01 * np.abs(clean).max()
    data = clean + deviation * random.standard_normal(clean.shape)
    solution = geoinv.invert(A, data, deviation, regularizer_of("aligned"))
    assert solution.reached
    amplitude = np.linalg.norm(solution.model, axis=0)
    along = np.einsum("i,i...->...", direction, solution.model) / np.maximum(amplitude, 1e-12)
    core = amplitude > 0.5 * amplitude.max()
    off = np.degrees(np.arccos(np.clip(along[core], -1.0, 1.0)))
    assert np.average(off, weights=amplitude[core]) < 10.0
    moment, expected = (model.sum(axis=(1, 2, 3)) for model in (solution.model, truth))
    assert np.linalg.norm(moment - expected) < 0.25 * np.linalg.norm(expected)


def test_two_bodies_have_directions_of_their_own():
    field, random = geoinv.MainField(65.0, 25.0, 50000.0), np.random.default_rng(1)
    grid = geoinv.Grid.regular((8, 14, 24), (25.0, 25.0, 25.0), (-200.0, 0.0, 0.0))
    directions, truth = [turned(field, 60.0, azimuth) for azimuth in (0.0, 180.0)], np.zeros((3, *grid.shape))
    for direction, easting in zip(directions, (np.s_[4:8], np.s_[16:20]), strict=True):
        truth[:, 4:7, 5:9, easting] = 2.0 * direction[:, None, None, None]
    easting, northing = (c.ravel() for c in np.meshgrid(grid.easting, grid.northing))
    survey = geoinv.Survey(easting, northing, np.full(easting.size, 25.0), field=field)
    A = Magnetics(grid, survey, unknown="magnetization", engine="dense", rtol=1e-5)
    clean = np.asarray(A(truth))
    deviation = 0.02 * np.abs(clean) + 0.01 * np.abs(clean).max()
    model = geoinv.invert(
        A, clean + deviation * random.standard_normal(clean.shape), deviation, regularizer_of("aligned")
    ).model
    for direction, half in zip(directions, (np.s_[..., :12], np.s_[..., 12:]), strict=True):
        moment, expected = model[half].sum(axis=(1, 2, 3)), truth[half].sum(axis=(1, 2, 3))
        assert np.linalg.norm(moment - expected) < 0.25 * np.linalg.norm(expected)
        assert moment @ direction > np.cos(np.radians(10.0)) * np.linalg.norm(moment)
