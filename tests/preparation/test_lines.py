from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from lines_flown import flown

from geoinv import InputError, Survey
from geoinv.core.checks import InputWarning
from geoinv.preparation.lines import along, decimated, lines_of, without_lines


def test_stations_of_a_line_keep_their_order_wherever_they_stand() -> None:
    survey = Survey(
        [0.0, 5.0, 1.0, 2.0], [0.0] * 4, [1.0] * 4, components=("gz",), columns={"line": [20.0, 10.5, 20.0, np.nan]}
    )
    with pytest.warns(InputWarning, match="1 of 4 stations have no line"):
        lines = lines_of(survey, "a step")
    assert [(name, places.tolist()) for name, places in lines] == [("20", [0, 2]), ("10.5", [1])]
    npt.assert_array_equal(along(survey, lines[0][1]), [0.0, 1.0])


def test_lines_are_dropped_by_name() -> None:
    survey = flown()
    left = without_lines(survey, ["L3", "T7"])
    assert left.line is not None
    assert set(survey.column("line")) - set(left.line) == {"L3", "T7"}
    assert left.attributes is not None
    assert left.attributes["preparation"] == "lines: 2 of 20 lines dropped: 2160 of 2400 stations left"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["L33"], "lines of the survey, got 'L33'; the nearest is L3"),
        (["zz"], "got 'zz'; they run from L0 to T7"),
        ([f"L{k}" for k in range(12)] + [f"T{k}" for k in range(8)], "to leave some stations, got all lines"),
    ],
)
def test_lines_that_are_not_there_are_rejected(names: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        without_lines(flown(), names)


def test_stations_are_thinned_to_a_distance_along_each_line() -> None:
    survey = flown()
    left = decimated(survey, 25.0)
    for _, places in lines_of(left, "a test"):
        npt.assert_allclose(np.diff(along(left, places)), 30.0)
    assert decimated(survey, 10.0).stations == survey.stations
    assert decimated(survey, 1e6).stations == 20


@pytest.mark.parametrize("distance", [0.0, -1.0, np.nan, np.inf])
def test_a_distance_that_is_none_is_rejected(distance: float) -> None:
    with pytest.raises(InputError, match="metres above zero"):
        decimated(flown(), distance)


def test_what_needs_lines_says_so() -> None:
    survey = Survey([0.0], [0.0], [1.0], components=("gz",))
    with pytest.raises(InputError, match="distance expects the line of each station, got a survey without"):
        decimated(survey, 10.0)


def test_stations_without_a_line_stay_and_are_told() -> None:
    survey = Survey(
        [0.0, 1.0, 2.0, 3.0], [0.0] * 4, [1.0] * 4, components=("gz",), columns={"line": ["a", "a", "", "a"]}
    )
    with pytest.warns(InputWarning, match="1 of 4 stations have no line: distance leaves them as they are"):
        assert decimated(survey, 100.0).easting.tolist() == [0.0, 2.0]
