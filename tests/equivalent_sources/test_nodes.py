"""Nodes of a grid over a survey."""

from __future__ import annotations

import numpy as np
import pytest
from buried_bodies import hills, survey_of

from geoinv import InputError
from geoinv.equivalent_sources.nodes import nodes_over


def test_heights_are_those_of_the_stations_between_them():
    nodes = nodes_over(survey_of("gz"), spacing=50.0, distance=60.0, up=100.0)
    easting, northing, upward = nodes.places()
    assert np.abs(upward - hills(easting, northing) - 100.0).max() < 5.0
    assert np.all(easting % 50.0 == 0.0)
    assert np.all(nodes.below_flight() == pytest.approx(-100.0))
    assert not nodes.constant


def test_nodes_far_from_stations_are_left_out():
    survey = survey_of("gz")
    away = survey.select(np.hypot(survey.easting - 750.0, survey.northing - 750.0) > 400.0)
    nodes = nodes_over(away, spacing=50.0, distance=100.0, height=120.0)
    middle = np.hypot(nodes.easting - 750.0, nodes.northing[:, None] - 750.0)
    assert not nodes.kept[middle < 250.0].any()
    assert nodes.kept[(middle > 450.0) & (middle < 700.0)].all()
    assert np.unique(nodes.upward[nodes.kept]).tolist() == [120.0]


@pytest.mark.parametrize(("spacing", "part"), [(0.0, "positive"), (900.0, "smaller spacing"), (1e-4, "of memory")])
def test_impossible_spacings_are_rejected(spacing, part):
    with pytest.raises(InputError, match=part):
        nodes_over(survey_of("gz"), spacing, 100.0)
