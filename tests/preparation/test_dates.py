from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from geoinv import InputError
from geoinv.preparation.dates import dates_of, day_of, range_text


@pytest.mark.parametrize(
    "text",
    [
        *("2021-01-20", "2021/01/20", "2021.1.20", "2021-01-20T17:14:42Z", "2021-01-20 17:14:42.5", "20210120"),
        *("20-Jan-2021", "20 January 2021", "20JAN2021", "Jan 20, 2021", "January 20 2021", "20/01/2021", "01/20/2021"),
        "20.01.2021",
    ],
)
def test_one_day_is_read_however_it_is_written(text: str) -> None:
    assert str(day_of(text, "a.csv")) == "2021-01-20"


@pytest.mark.parametrize(
    "values",
    [
        np.array([20210120, 20210120]),
        np.array([20210120.0, 20210120.0]),
        np.array(["2021-01-20", "2021-01-20"], "datetime64[s]"),
        np.array([2021.0535, 2021.0530]),
    ],
)
def test_numbers_and_times_are_days_too(values: np.ndarray[Any, Any]) -> None:
    assert dates_of(values, "a.csv")[0].astype(str).tolist() == ["2021-01-20", "2021-01-20"]


def test_a_year_with_a_fraction_counts_the_days_of_its_own_year() -> None:
    days, taken = dates_of(np.array([2020.5, 2021.5]), "a.csv")
    assert days.astype(str).tolist() == ["2020-07-02", "2021-07-02"]
    assert taken == "years with a fraction"


def test_day_and_month_are_told_apart_by_the_whole_column_and_said() -> None:
    days, taken = dates_of(np.array(["03/04/2021", "04/13/2021"]), "a.csv")
    assert days.astype(str).tolist() == ["2021-03-04", "2021-04-13"]
    assert taken == "month before day, as in 04/13/2021"
    assert dates_of(np.array(["05/05/2021"]), "a.csv") == (np.array(["2021-05-05"], "datetime64[D]"), "")


def test_missing_dates_are_missing_days() -> None:
    for values in (np.array(["", "2021-01-20"]), np.array([np.nan, 20210120.0]), np.array([np.nan, 2021.0535])):
        days = dates_of(values, "a.csv")[0]
        assert np.isnat(days).tolist() == [True, False]
    assert range_text(days) == "2021-01-20"


def test_a_date_of_python_is_a_day() -> None:
    assert str(day_of(date(2021, 1, 20), "--date")) == "2021-01-20"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["03/04/2021", "05/06/2021"], "day and month can be told apart, got 03/04/2021.* write dates as YYYY-MM-DD"),
        (["25/04/2021", "04/25/2021"], "one order, got 25/04/2021 and 04/25/2021"),
        (["20/01/21"], "a year of four digits, got '20/01/21'"),
        (["210120"], "a year of four digits, got '210120'"),
        (["20-Jan-21"], "a year of four digits"),
        (["2021-02-30"], "dates that there are, got '2021-02-30', taken as year 2021, month 02, day 30"),
        (["2021-13-01"], "dates that there are"),
        (["20-Foo-2021"], "such as 2021-01-20 or 20-Jan-2021, got '20-Foo-2021'"),
        (["yesterday"], "got 'yesterday'"),
        ([2021], "got '2021'"),
        ([210120], "four digits"),
        ([44216.5], "got '44216.5'"),
    ],
)
def test_what_is_ambiguous_or_no_date_is_rejected(values: list[Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        dates_of(np.array(values), "a.csv")
