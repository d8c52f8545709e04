"""Lines about a survey, against numbers counted by hand."""

from __future__ import annotations

from format_files import FIELD

from geoinv import Survey
from geoinv.surveys.summary import survey_lines


def test_a_survey_says_its_components_field_and_projection() -> None:
    survey = Survey([0.0, 1.0], [2.0, 3.0], [4.0, 4.0], components=("tmi", "bu"), field=FIELD)
    lines = survey_lines(survey)
    assert lines[0] == "2 stations"
    assert lines[4:] == ["tmi: no data", "bu: no data", "field: inclination 60, declination 10 degrees, 50000 nT"]
    measured = survey.with_data([[1.0, 2.0], [3.0, 5.0]], 0.5)
    assert "bu 3 to 5 nT, median 4" in survey_lines(measured)
    assert "standard deviation of bu 0.5 to 0.5 nT, median 0.5" in survey_lines(measured)
    turned = Survey([0.0], [0.0], [1.0], field=FIELD, anomaly_direction=(45.0, 0.0))
    assert survey_lines(turned)[-1] == "tmi projected on inclination 45, declination 0 degrees"
    gravity = Survey([0.0], [0.0], [1.0], components=("gz",)).with_data([[2.0]], 0.1)
    assert survey_lines(gravity)[-2] == "gz 2 to 2 mGal, median 2"
