"""The layer below the stations."""

from __future__ import annotations

import numpy as np
from buried_bodies import survey_of

from geoinv import Survey
from geoinv.equivalent_sources.layer import layer_below


def test_no_station_is_nearer_to_the_layer_than_asked_for():
    survey = survey_of("gz")
    steep = Survey(survey.easting, survey.northing, 5.0 * survey.upward, components=("gz",))
    layer = layer_below(steep, 90.0)
    assert layer.grid.shape[0] > 2, "it follows the hills"
    centres = np.array(
        np.broadcast_arrays(
            layer.grid.easting,
            layer.grid.northing[:, None],
            layer.top(layer.grid.easting, layer.grid.northing[:, None]) - 0.5 * layer.cell,
        )
    ).reshape(3, -1)
    for e, n, u in zip(steep.easting, steep.northing, steep.upward, strict=True):
        around = np.maximum(np.abs(centres[0] - e), np.abs(centres[1] - n)) <= 0.5 * layer.cell
        assert centres[2, around].max() <= u - 90.0 + 1e-6


def test_each_column_has_one_cube_and_stations_at_one_height_a_flat_layer():
    survey = survey_of("gz")
    assert (layer_below(survey, 60.0).grid.active.sum(axis=0) == 1).all()
    level = Survey(survey.easting, survey.northing, np.full(survey.stations, 80.0), components=("gz",))
    flat = layer_below(level, 60.0)
    assert flat.grid.shape[0] == 1
    assert flat.grid.upward[0] == 20.0
