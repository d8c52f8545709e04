"""Batches of examples: mirrored and turned as a survey may lie, with its field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geoinv import Grid, MainField, Survey
from geoinv.experiments.geology_prior.examples import Shard
from geoinv.experiments.geology_prior.stream import ExampleStream, pairs
from geoinv.learned.priors.survey_channels import CHANNELS, amplitude
from geoinv.operators import Magnetics

MODEL, EAST, NORTH, UP = (CHANNELS.index(name) for name in ("model", "field east", "field north", "field up"))


@pytest.fixture(scope="module")
def shard() -> Shard:
    random = np.random.default_rng(0)
    shape = (3, 5, 6)
    directions = random.standard_normal((4, 3))
    return Shard(
        models=random.random((4, 2, *shape)).astype(np.float32),
        truth=random.random((4, *shape)).astype(np.float32),
        weights=(0.1 + random.random((4, *shape))).astype(np.float32),
        rock=random.random((4, *shape)) > 0.2,
        penalty=random.random((4, 2)),
        spacing=np.tile([10.0, 20.0, 20.0], (4, 1)),
        direction=directions / np.linalg.norm(directions, axis=1, keepdims=True),
        either_sign=np.array([True, False, True, False]),
    )


def test_what_is_to_be_added_leads_to_the_truth(shard: Shard) -> None:
    channels, added, _ = pairs(shard)
    assert channels.shape == (4, 2 * len(CHANNELS), 3, 5, 6)
    last = channels[:, len(CHANNELS) + MODEL]
    for row in range(4):
        unit = amplitude(shard.models[row, 1])
        found = (last[row] + added[row, 0]) * unit
        assert np.allclose(found[shard.rock[row]], shard.truth[row][shard.rock[row]], atol=1e-5)
        assert not added[row, 0][~shard.rock[row]].any()


def test_mirrored_examples_are_surveys_of_mirrored_rock_in_a_mirrored_field() -> None:
    """Data of the mirrored model in the mirrored field are the mirrored data: the kernel knows no handedness."""
    mesh = Grid.regular((2, 4, 4), (10.0, 10.0, 10.0), (-20.0, 0.0, 0.0))
    easting, northing = (axis.ravel() for axis in np.meshgrid([5.0, 15.0, 25.0, 35.0], [5.0, 15.0, 25.0, 35.0]))
    model = np.random.default_rng(0).random(mesh.shape)

    def data(rock: np.ndarray, direction: np.ndarray) -> np.ndarray:
        declination = float(np.degrees(np.arctan2(direction[0], direction[1])))
        field = MainField(float(np.degrees(np.arcsin(-direction[2]))), declination, 5e4)
        survey = Survey(easting, northing, np.full(16, 10.0), field=field)
        return np.asarray(Magnetics(mesh, survey, engine="dense")(rock)).reshape(4, 4)

    direction = MainField(55.0, 25.0, 5e4).direction
    once = data(model, direction)
    assert np.allclose(data(model[:, ::-1], direction * [1, -1, 1]), once[::-1])
    assert np.allclose(data(model[..., ::-1], direction * [-1, 1, 1]), once[:, ::-1])
    assert np.allclose(data(model.swapaxes(1, 2), direction[[1, 0, 2]]), once.T)


def test_draws_keep_each_survey_together(shard: Shard, tmp_path: Path) -> None:
    """Every drawn example is one of the shard's after the same mirroring of channels, truth and field."""
    shard.save(tmp_path / "00001.npz")
    stream = ExampleStream([tmp_path / "00001.npz"], 8)
    channels, added, _ = pairs(shard)
    ways = set()
    for seed in range(80):
        wanted, seen = (drawn.numpy() for drawn in stream.draw(3, seed))
        for x, y in zip(seen, wanted, strict=True):
            found = [
                (row, way)
                for row in range(4)
                for way, (turned, goal) in _ways(channels[row], added[row], bool(shard.either_sign[row])).items()
                if turned.shape == x.shape and np.array_equal(turned, x) and np.array_equal(goal, y)
            ]
            assert len(found) == 1
            ways.add(found[0][1])
    assert len(ways) == 16


def _ways(
    channels: np.ndarray, added: np.ndarray, either_sign: bool
) -> dict[tuple[bool, ...], tuple[np.ndarray, np.ndarray]]:
    found = {}
    for north, east, turned, sign in np.ndindex(2, 2, 2, 1 + either_sign):
        x, y = channels.reshape(2, len(CHANNELS), *channels.shape[1:]).copy(), added.copy()
        if north:
            x, y = x[..., ::-1, :].copy(), y[..., ::-1, :]
            x[:, NORTH] *= -1
        if east:
            x, y = x[..., ::-1].copy(), y[..., ::-1]
            x[:, EAST] *= -1
        if turned:
            x, y = x.swapaxes(-1, -2).copy(), y.swapaxes(-1, -2)
            x[:, [EAST, NORTH]] = x[:, [NORTH, EAST]]
        if sign:
            x[:, MODEL] *= -1
            y = -y
        found[bool(north), bool(east), bool(turned), bool(sign)] = (x.reshape(-1, *x.shape[2:]), y)
    return found


def test_a_draw_follows_from_its_seeds_and_validation_is_left_as_it_is(shard: Shard, tmp_path: Path) -> None:
    shard.save(tmp_path / "00001.npz")
    replace(shard, truth=2.0 * shard.truth).save(tmp_path / "00002.npz")
    stream = ExampleStream([tmp_path / "00001.npz", tmp_path / "00002.npz"], 8)
    assert all(bool((a == b).all()) for a, b in zip(stream.draw(2, 5, 6), stream.draw(2, 5, 6), strict=True))
    plain = ExampleStream([tmp_path / "00001.npz"], 4, changed=False)
    _, seen = plain.draw(4, 0)
    assert np.array_equal(np.sort(seen[:, EAST, 0, 0, 0]), np.sort(shard.direction[:, 0].astype(np.float32)))
    assert stream.checksum != plain.checksum
