from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from lines_flown import flown, smooth

from geoinv import InputError
from geoinv.preparation.spikes import despiked, spikes


def test_planted_spikes_are_found_and_nothing_else() -> None:
    survey = flown(noise=0.5)
    assert survey.data is not None
    data = survey.data.copy()
    # single ones, a pair, and at both ends of a line
    planted = np.array([7, 300, 301, 1000, 120, 239, 2399])
    data[0, planted] += np.array([90.0, -80.0, -85.0, 60.0, 75.0, -95.0, 70.0])
    spiked = survey.with_data(data)
    npt.assert_array_equal(np.flatnonzero(spikes(spiked, 30.0)), np.sort(planted))
    left = despiked(spiked, 30.0)
    assert left.stations == 2400 - planted.size
    assert left.data is not None
    npt.assert_allclose(left.data[0], smooth(left.easting, left.northing), atol=3.0)
    assert left.attributes is not None
    assert "7 of 2400 stations were beyond 30" in left.attributes["preparation"]


def test_lines_side_by_side_are_no_neighbours() -> None:
    survey = flown(lines=2, ties=0)
    assert survey.data is not None
    levels = np.where(survey.column("line") == "L0", 0.0, 5000.0)
    assert not spikes(survey.with_data(survey.data + levels), 30.0).any()


def test_a_survey_without_spikes_stays_whole() -> None:
    survey = flown()
    assert despiked(survey, 30.0).stations == survey.stations


@pytest.mark.parametrize(
    ("threshold", "message"),
    [
        (0.0, "threshold above zero"),
        (np.nan, "threshold above zero"),
        (1e-4, "spikes to be few, got .* a higher"),
    ],
)
def test_a_threshold_that_takes_the_signal_is_rejected(threshold: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        despiked(flown(noise=1.0), threshold)


def test_stations_without_data_have_no_spikes() -> None:
    with pytest.raises(InputError, match="expects data, got stations only"):
        despiked(flown().with_data(None), 30.0)
