from __future__ import annotations

from geoinv import Survey
from geoinv.preparation.record import recorded, steps_of


def test_steps_are_kept_in_order_and_the_last_field_alone() -> None:
    survey = Survey([0.0], [0.0], [1.0], components=("gz",), attributes={"origin": "here"})
    for label, sentence in (("field", "one"), ("window", "a: b"), ("field", "two"), ("window", "again")):
        survey = recorded(survey, label, sentence)
    assert steps_of(survey) == [("window", "a: b"), ("field", "two"), ("window", "again")]
    assert survey.attributes is not None
    assert survey.attributes["origin"] == "here"
