from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lines_flown import flown

from geoinv import InputError, MainField, Survey
from geoinv.core.checks import InputWarning
from geoinv.preparation.prepare import prepare
from geoinv.preparation.record import steps_of


def test_steps_are_taken_in_their_order() -> None:
    survey = prepare(
        flown(noise=1.0),
        drop_lines=["L0"],
        box=(100.0, 1150.0, 0.0, 1200.0),
        polygon=[[0.0, 0.0], [1200.0, 0.0], [1200.0, 1000.0], [0.0, 1000.0]],
        despike=50.0,
        noise="crossovers",
        decimate=20.0,
    )
    assert [label for label, _ in steps_of(survey)] == ["lines", "window", "window", "despiked", "noise", "decimated"]
    assert survey.uncertainty is not None
    assert abs(survey.uncertainty[0, 0] - 1.0) < 0.4


def test_one_noise_may_be_given() -> None:
    survey = prepare(flown(), noise=3.0)
    assert survey.uncertainty is not None
    assert np.all(survey.uncertainty == 3.0)
    assert steps_of(survey) == [("noise", "standard deviation 3 nT, as given")]


def test_nothing_wanted_changes_nothing() -> None:
    survey = flown()
    assert prepare(survey) is survey


def test_a_total_field_that_stays_is_doubted() -> None:
    survey = flown()
    assert survey.data is not None
    with pytest.warns(InputWarning, match="tmi is a total field, with a median of 5.* remove='igrf'"):
        prepare(survey.with_data(survey.data + 54000.0))


def test_another_model_is_rejected() -> None:
    with pytest.raises(InputError, match="remove expects igrf, got 'wmm'"):
        prepare(flown(), remove="wmm")  # type: ignore[arg-type]


def test_a_field_that_is_given_stays_when_the_main_field_is_removed() -> None:
    survey = flown()
    assert survey.data is not None
    places = {"longitude": np.full(2400, 15.0), "latitude": np.full(2400, 51.0)}
    given = MainField(60.0, 10.0, 48000.0)
    left = prepare(
        replace(survey.with_data(survey.data + 49_000.0), columns={**survey.columns, **places}),
        remove="igrf",
        date="2020-01-01",
        field=given,
    )
    assert left.field == given
    assert left.anomaly_direction == (60.0, 10.0)
    assert steps_of(left)[-1] == ("field", "inclination 60, declination 10 degrees, 48000 nT, as given")
    with pytest.raises(InputError, match="field expects a magnetic survey, got gz"):
        prepare(Survey([0.0], [0.0], [1.0], components=("gz",)), field=given)
