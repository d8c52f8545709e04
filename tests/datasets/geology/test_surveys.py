"""Random surveys: their data, their noise, their stations, and that they are the same each time."""

from __future__ import annotations

from itertools import islice

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError
from geoinv.datasets import RandomSurveys
from geoinv.datasets.geology import surveys as limits
from geoinv.meshes.topography import Topography
from geoinv.operators import Magnetics

SHAPE = (10, 14, 18)


@pytest.fixture(scope="module")
def surveys():
    return list(islice(RandomSurveys(SHAPE, seed=1), 12))


def test_data_are_the_anomaly_of_the_true_model_with_noise_of_the_uncertainty(surveys):
    residuals = []
    for survey in surveys:
        exact = Magnetics(survey.geology.grid, survey.operator.survey, engine="direct")(survey.geology.susceptibility)
        residuals.append(((survey.data - exact) / survey.uncertainty).ravel())
        assert np.abs(exact).max() > limits.VISIBLE * survey.uncertainty[0, 0] * 0.999
        share = (survey.uncertainty[0, 0] - limits.FLOOR) / np.abs(exact).mean()
        assert limits.NOISE[0] * 0.999 < share < limits.NOISE[1] * 1.001
    every = np.concatenate(residuals)
    assert abs(every.mean()) < 4.0 / np.sqrt(every.size)
    assert abs(np.mean(every**2) - 1.0) < 4.0 * np.sqrt(2.0 / every.size)


def test_stations_are_draped_at_one_height_over_the_whole_grid_and_outside_the_rock(surveys):
    for survey in surveys:
        stations, grid = survey.operator.survey, survey.geology.grid
        ground = Topography(survey.geology.topography).elevation(stations.easting, stations.northing)
        height = (stations.upward - ground) / grid.smallest_width("easting")
        npt.assert_allclose(height, height[0], rtol=1e-9)
        assert limits.HEIGHTS[0] <= height[0] <= limits.HEIGHTS[1]
        assert not grid.inside_rock(stations.easting, stations.northing, stations.upward).any()
        for axis in ("easting", "northing"):
            low, high = grid.bounds[axis]
            values = getattr(stations, axis)
            assert low <= values.min() < low + 0.25 * (high - low)
            assert high - 0.25 * (high - low) < values.max() <= high


def test_cells_and_fields_are_within_their_limits_and_fields_are_those_of_a_dipole(surveys):
    for survey in surveys:
        grid, field = survey.geology.grid, survey.operator.survey.main_field
        width = grid.smallest_width("easting")
        assert limits.WIDTHS[0] <= width <= limits.WIDTHS[1]
        assert limits.ASPECTS[0] <= grid.smallest_width("upward") / width <= limits.ASPECTS[1]
        # a dipole's field is vertical_part = 2 u, horizontal_part = sqrt(1 - u^2) in units of 30,000 nT
        vertical = field.intensity * np.sin(np.radians(field.inclination)) / 60_000.0
        horizontal = field.intensity * np.cos(np.radians(field.inclination)) / 30_000.0
        assert np.hypot(vertical, horizontal) == pytest.approx(1.0)
    assert len({survey.operator.survey.main_field for survey in surveys}) == len(surveys)


def test_a_survey_is_the_same_whatever_was_drawn_before(surveys):
    again = RandomSurveys(SHAPE, seed=1)[7]
    npt.assert_array_equal(again.data, surveys[7].data)
    npt.assert_array_equal(again.true_model, surveys[7].true_model)
    assert again.operator.survey.same_places(surveys[7].operator.survey)


def test_remanent_rock_is_in_the_data_and_what_is_along_the_field_in_the_true_model():
    survey = RandomSurveys(SHAPE, kinds=("remanent body",), bodies=(1, 1), seed=1)[0]
    geology, field = survey.geology, survey.operator.survey.main_field
    exact = Magnetics(geology.grid, survey.operator.survey, unknown="magnetization", engine="dense")
    residual = (survey.data - exact(geology.magnetization(field))) / survey.uncertainty
    assert 0.7 < np.mean(residual**2) < 1.3
    rock = geology.susceptibility > 0.0
    ratio = survey.true_model[rock] / geology.susceptibility[rock]
    npt.assert_allclose(ratio, ratio[0])
    assert abs(ratio[0] - 1.0) > 0.1
    assert not survey.true_model[~rock].any()


def test_what_geology_rejects_is_rejected_when_the_stream_is_made():
    with pytest.raises(InputError, match="RandomGeology expects kinds to be one of"):
        RandomSurveys(kinds=("dike",))
    with pytest.raises(InputError, match="RandomGeology expects relief as lowest and highest"):
        RandomSurveys(relief=(0.4, 0.1))
    with pytest.raises(InputError, match=r"RandomSurveys expects the index to be a whole number .*, got -3"):
        RandomSurveys(SHAPE)[-3]


def test_anomalies_that_never_rise_above_the_noise_end_in_a_sentence(monkeypatch):
    monkeypatch.setattr(limits, "ATTEMPTS", 3)
    faint = RandomSurveys((8, 8, 8), susceptibility=(1e-8, 1e-8))
    with pytest.raises(InputError, match=r"expects an anomaly of 20 times the noise from .*, got none in 3 draws"):
        faint[0]
