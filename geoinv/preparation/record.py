"""What was done to a survey, sentence by sentence, kept with it."""

from __future__ import annotations

from dataclasses import replace

from geoinv.surveys.survey import Survey

__all__ = ["ATTRIBUTE", "recorded", "steps_of"]

ATTRIBUTE = "preparation"
"""Attribute of a survey with a line for each step."""


def recorded(survey: Survey, label: str, sentence: str) -> Survey:
    """Survey with a step added to its record; a field takes the place of the last one.

    Parameters
    ----------
    survey : Survey
        After the step.
    label : str
        One word: "window".
    sentence : str
        What was done, with numbers before and after.

    Examples
    --------
    >>> survey = Survey([0.0], [0.0], [5.0], components=("gz",))
    >>> recorded(survey, "window", "1 of 2 stations are within").attributes["preparation"]
    'window: 1 of 2 stations are within'
    """
    lines = [*steps_of(survey), (label, sentence)]
    if label == "field":
        lines = [*((name, text) for name, text in lines[:-1] if name != label), lines[-1]]
    text = "\n".join(f"{name}: {step}" for name, step in lines)
    return replace(survey, attributes={**(survey.attributes or {}), ATTRIBUTE: text})


def steps_of(survey: Survey) -> list[tuple[str, str]]:
    """Label and sentence of each step that was recorded with a survey."""
    lines = str((survey.attributes or {}).get(ATTRIBUTE, "")).splitlines()
    return [(label, text) for label, _, text in (line.partition(": ") for line in lines)]
