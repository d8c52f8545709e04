from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.testing as npt
import pytest
from lines_flown import flown

from geoinv import InputError, Survey
from geoinv.preparation.crossovers import crossovers, with_noise_of_crossovers, with_noise_of_repeats


def test_every_crossing_is_found_once_at_its_place() -> None:
    found = crossovers(flown())
    assert found.easting.size == 12 * 8
    assert set(np.round(found.easting, 6)) == set(33.0 + 100.0 * np.arange(12))
    assert set(np.round(found.northing, 6)) == set(47.0 + 150.0 * np.arange(8))
    # the anomaly bends by less than 0.1 nT between stations 10 m apart
    assert np.abs(found.differences).max() < 0.1


@pytest.mark.parametrize("noise", [0.5, 4.0])
def test_the_noise_of_a_made_survey_is_found(noise: float) -> None:
    found = [with_noise_of_crossovers(flown(30, 8, noise, seed)).uncertainty for seed in range(6)]
    deviations = [values[0, 0] for values in found if values is not None]
    npt.assert_allclose(np.mean(deviations), noise, rtol=0.06)


def test_outliers_do_not_move_the_noise() -> None:
    survey = flown(30, 8, 1.0)
    assert survey.data is not None
    data = survey.data.copy()
    data[0, ::50] += 1000.0
    found = with_noise_of_crossovers(survey.with_data(data)).uncertainty
    assert found is not None
    npt.assert_allclose(found, 1.0, rtol=0.3)


def test_heights_that_differ_are_told() -> None:
    survey = flown(noise=1.0)
    ties = np.char.startswith(survey.column("line"), "T")
    apart = with_noise_of_crossovers(replace(survey, upward=survey.upward + 12.0 * ties))
    assert apart.attributes is not None
    assert "96 crossings of lines (heights differ there by 12 m in the median)" in apart.attributes["preparation"]


def test_gaps_are_not_bridged() -> None:
    survey = flown()
    near = (np.abs(survey.easting - 333.0) < 60.0) & (survey.column("line") == "T3")
    found = crossovers(survey.select(~near))
    assert found.easting.size == 95


def test_lines_that_do_not_cross_have_no_crossovers() -> None:
    with pytest.raises(InputError, match="at least 8 crossings of lines, got 0"):
        with_noise_of_crossovers(flown(ties=0, noise=1.0))
    with pytest.raises(InputError, match="data that differ"):
        with_noise_of_crossovers(flown().with_data(np.ones(2400)))
    with pytest.raises(InputError, match="got stations only"):
        crossovers(flown().with_data(None))
    with pytest.raises(InputError, match="lines of several stations"):
        crossovers(flown().select([0]))


def test_repeated_stations_show_their_noise() -> None:
    random = np.random.default_rng(5)
    places = np.repeat(random.uniform(0.0, 5000.0, (200, 2)), 3, axis=0)
    truth = np.repeat(random.normal(0.0, 5.0, 200), 3)
    data = truth + 0.04 * random.normal(size=600)
    survey = Survey(places[:, 0], places[:, 1], np.zeros(600), components=("gz",), data=data)
    found = with_noise_of_repeats(survey).uncertainty
    assert found is not None
    npt.assert_allclose(found, 0.04, rtol=0.08)
    with pytest.raises(InputError, match="at least 8 stations within 1 m of another, got 0"):
        with_noise_of_repeats(survey.select(slice(None, None, 3)))
