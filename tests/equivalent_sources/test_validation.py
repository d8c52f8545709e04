"""Cross-validation over lines and blocks."""

from __future__ import annotations

import numpy as np
import pytest
from buried_bodies import NOISE, lines, nodes, survey_of, truth

from geoinv import InputError, Survey
from geoinv.equivalent_sources.sources import EquivalentSources
from geoinv.equivalent_sources.spacing import Spacing, spacing_of
from geoinv.equivalent_sources.validation import depths_for, folds_of, samples_of, validated


def test_whole_lines_are_left_out_and_their_error_is_told():
    survey = lines()
    folds, unit = folds_of(survey, 100.0)
    assert unit == "lines"
    assert all(len(np.unique(folds[survey.line == number])) == 1 for number in np.unique(survey.line))
    assert np.bincount(folds).tolist() == [240] * 4
    found = validated(survey, spacing_of(survey), None)
    assert found.unit == "lines"
    assert len(found.trials) > 2
    assert found.best.error == min(trial.error for trial in found.trials)
    # no prediction is better than the noise of what it is compared with
    assert 1.0 < found.best.error < 0.5 * survey.data.std()


def test_without_lines_blocks_of_two_gaps_are_left_out():
    survey = survey_of()
    folds, unit = folds_of(survey, 100.0)
    assert unit == "blocks"
    square = np.floor(
        (np.stack([survey.easting, survey.northing]) - [[survey.easting.min()], [survey.northing.min()]]) / 200.0
    )
    for corner in np.unique(square, axis=1).T:
        assert len(np.unique(folds[(square == corner[:, None]).all(axis=0)])) == 1
    assert set(folds) == {0, 1, 2, 3}


def test_samples_are_as_dense_as_the_survey_and_lie_in_its_middle_and_where_it_is_rough():
    survey = survey_of(side=30)
    rough = (survey.easting > np.quantile(survey.easting, 0.8)) & (survey.northing < np.quantile(survey.northing, 0.2))
    spikes = np.where(rough, 1e4 * (-1.0) ** np.arange(survey.stations), 0.0)
    spiky = survey.with_data(survey.data + spikes, survey.uncertainty)
    middle, roughest = (spiky.select(stations) for stations in samples_of(spiky, 225))
    for sample in (middle, roughest):
        assert sample.stations == 225
        assert abs(spacing_of(sample).station / spacing_of(survey).station - 1.0) < 0.1
    assert abs(middle.easting.mean() - survey.easting.mean()) < 50.0
    assert roughest.easting.mean() > np.quantile(survey.easting, 0.6)
    assert roughest.northing.mean() < np.quantile(survey.northing, 0.4)
    assert [stations.tolist() for stations in samples_of(survey, 900)] == [list(range(900))]


def test_noise_that_nobody_knows_is_found():
    survey = survey_of(side=16)
    loud = Survey(survey.easting, survey.northing, survey.upward, ("tmi",), survey.field)
    true = truth(loud)
    noise = 0.1 * true.std()
    data = true + noise * np.random.default_rng(5).standard_normal(true.shape)
    sources = EquivalentSources(depth=190.0).fit(loud.with_data(data))
    assert sources.validation is not None
    assert sources.validation.best.noise is not None
    assert 0.5 * noise < sources.validation.best.noise < 2.0 * noise
    assert sources.survey.uncertainty is not None
    places = nodes(50.0)
    true_there = truth(Survey(*places, ("tmi",), survey.field))
    assert np.sqrt(np.mean((sources.predict(*places) - true_there) ** 2)) < noise + NOISE["magnetic"]


def test_depths_span_from_the_stations_to_the_gaps():
    depths = depths_for(Spacing(40.0, 200.0))
    assert depths[0] == 40.0
    assert 600.0 < depths[-1] <= 800.0


def test_data_that_are_the_same_everywhere_tell_no_noise():
    survey = survey_of(side=6)
    flat = Survey(survey.easting, survey.northing, survey.upward, ("tmi",), survey.field)
    with pytest.raises(InputError, match="expect data that vary"):
        EquivalentSources().fit(flat.with_data(np.full((1, 36), 7.0)))
