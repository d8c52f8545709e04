"""What is read out of a line above the rows of a table."""

from __future__ import annotations

import pytest

from geoinv.formats.header import (
    are_units,
    fitting_names,
    fitting_units,
    has_positions,
    is_prose,
    mentioned_unit,
    names_in,
)


def quantities(line: str, delimiter: str | None, width: int) -> tuple[str, ...]:
    names = fitting_names(line, delimiter, width)
    return () if names is None else tuple(name.quantity for name in names)


@pytest.mark.parametrize(
    ("line", "delimiter"),
    [
        ("easting,northing,elevation", ","),
        ("Easting (m), Northing (m), Elevation (m)", ","),
        ("Easting (m) Northing (m) Elevation (m)", None),
        ("columns: easting northing elevation", None),
        ("X;Y;Elevation (m, NAVD88)", ";"),
    ],
)
def test_names_are_found_however_they_are_parted(line: str, delimiter: str | None) -> None:
    assert quantities(line, delimiter, 3) == ("easting", "northing", "upward")


def test_names_are_as_many_as_the_columns_or_none() -> None:
    assert quantities("easting,northing,elevation", ",", 4) == ()
    assert quantities("500000 6200000 1040", None, 3) == ()


def test_a_sentence_is_no_line_of_names() -> None:
    assert is_prose("Coordinates of the survey, easting and northing")
    assert not is_prose("easting northing tmi")
    assert names_in("exported by the easting northing client for this project") == []
    assert [name.quantity for name in names_in("easting northing line")] == ["easting", "northing", ""]
    assert names_in("fiducial line tmi") == []  # where, is not said


def test_positions_are_two_of_one_system() -> None:
    assert has_positions(names_in("longitude latitude"))
    mixed = fitting_names("easting line tmi", None, 3)
    assert mixed is not None
    assert not has_positions(mixed)


def test_units_stand_one_a_column() -> None:
    assert fitting_units("(m) (m) (m) (nT)", None, 4) == ["(m)", "(m)", "(m)", "(nT)"]
    assert fitting_units("m,m,-,nT", ",", 4) == ["m", "m", "-", "nT"]
    assert fitting_units("m m", None, 3) == []
    assert not are_units(["1", "2", "m"])
    assert not are_units(["easting", "m"])
    assert not are_units(["-", "-"])


def test_a_unit_that_is_mentioned_is_not_a_distance() -> None:
    assert mentioned_unit(["lines 100 ft apart", "all heights in feet"]) == ("length", "all heights in feet")
    assert mentioned_unit(["magnetics in pT"]) == ("magnetic field", "magnetics in pT")
    assert mentioned_unit([]) == ("", "")
