"""Dates of stations, whatever way a file writes them; none is guessed."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.wording import way

__all__ = ["dates_of", "day_of", "range_text"]

Days = npt.NDArray[np.datetime64]

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})([T\s].*)?")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})(T\d.*)?")
_NAMED = re.compile(r"(\d{1,2})[-/.\s]*([A-Za-z]{3,9})[-/.,\s]*(\d{4})|([A-Za-z]{3,9})[\s.]*(\d{1,2})[,\s]+(\d{4})")
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})([T\s].*)?")
_SHORT = re.compile(r"\d{6}|(\d{1,2}[-/.]){2}\d{2}([T\s].*)?|\d{1,2}[-\s]?[A-Za-z]{3}[-\s]?\d{2}")
_DECIMAL = (1800.0, 2200.0)  # years with a fraction
_NO_DATE = np.datetime64("NaT", "D")


def _remedy() -> str:
    one = way("give one date for all with --date YYYY-MM-DD", "give date='YYYY-MM-DD' for all", "")
    return f"write dates as YYYY-MM-DD{f', or {one}' if one else ''}"


def day_of(text: Any, owner: str) -> np.datetime64:
    """Day that one text names: ``2021-01-20``, ``20 Jan 2021``; an ambiguous one is rejected.

    Raises
    ------
    InputError
        If it names none, or more than one could be meant.
    """
    known = isinstance(text, date | datetime | np.datetime64)
    days = np.array([text], "datetime64[D]") if known else dates_of(np.array([str(text)]), owner)[0]
    return cast(np.datetime64, days[0])


def dates_of(values: npt.NDArray[Any], owner: str) -> tuple[Days, str]:
    """Day of each value, and what was understood of the way they are written.

    Texts are ``2021-01-20`` (also with ``/`` or ``.``, and with a time behind), ``20210120``, ``20-Jan-2021`` or
    ``Jan 20, 2021``; in ``20/01/2021`` the day is told from the month by the other dates of the column. Whole numbers
    are 20210120, others are years with a fraction. NaN, NaT and empty texts have no day.

    Parameters
    ----------
    values : (stations,) array
        A column of texts, numbers or times.
    owner : str
        For errors: "lines.csv".

    Returns
    -------
    days : (stations,) array of datetime64[D]
        NaT where there is no date.
    taken : str
        Empty where nothing was assumed.

    Raises
    ------
    InputError
        If a date is of no known form, has a year of two digits or a month or day that there is not, or day and month
        cannot be told apart.

    Examples
    --------
    >>> days, taken = dates_of(np.array(["03/04/2021", "25/04/2021"]), "lines.csv")
    >>> days.astype(str).tolist(), taken
    (['2021-04-03', '2021-04-25'], 'day before month, as in 25/04/2021')
    """
    if values.dtype.kind == "M":
        return values.astype("datetime64[D]"), ""
    if values.dtype.kind in "iuf":
        return _of_numbers(values, owner)
    texts, places = np.unique(values.astype(str), return_inverse=True)
    plain = [text.strip() for text in texts.tolist()]
    order, taken = _order(plain, owner)
    days = np.array([_day(text, order, owner) for text in plain], dtype="datetime64[D]")
    return days[places], taken


def _of_numbers(values: npt.NDArray[Any], owner: str) -> tuple[Days, str]:
    """Days of numbers: 20210120, or years with a fraction."""
    missing = np.isnan(values.astype(np.float64))
    known = np.unique(values[~missing])
    if not known.size:
        return np.full(values.shape, _NO_DATE), ""
    if np.array_equal(known, np.round(known)):
        texts = np.where(missing, "", np.where(missing, 0, values).astype(np.int64).astype(str))
        return dates_of(texts, owner)
    if known.min() < _DECIMAL[0] or known.max() > _DECIMAL[1]:
        raise _unknown(f"{known[0]:.10g}", owner)
    years = np.floor(np.where(missing, 2000.0, values)).astype(np.int64)
    begin = (years - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    length = ((years - 1969).astype("datetime64[Y]").astype("datetime64[D]") - begin).astype(np.int64)
    days = begin + np.floor((np.where(missing, 2000.0, values) - years) * length).astype("timedelta64[D]")
    days[missing] = _NO_DATE
    return days, "years with a fraction"


def _order(texts: list[str], owner: str) -> tuple[str, str]:
    """Whether the day or the month comes first in dates such as 03/04/2021, by all of them, and what tells it."""
    found = [(text, one) for text in texts if (one := _NUMBERS.fullmatch(text))]
    if not found:
        return "", ""
    day_first = next((text for text, one in found if int(one[1]) > 12), "")
    month_first = next((text for text, one in found if int(one[3]) > 12), "")
    if day_first and month_first:
        raise InputError(
            f"{owner} expects dates of one order, got {day_first} and {month_first}, one with the day first and one "
            f"with the month first; {_remedy()}"
        )
    if day_first:
        return "day", f"day before month, as in {day_first}"
    if month_first:
        return "month", f"month before day, as in {month_first}"
    if all(one[1] == one[3] for _, one in found):
        return "day", ""
    ambiguous = next(text for text, one in found if one[1] != one[3])
    raise InputError(
        f"{owner} expects dates in which day and month can be told apart, got {ambiguous}, and none with a day above "
        f"12; {_remedy()}"
    )


def _day(text: str, order: str, owner: str) -> np.datetime64:
    """Day of one text."""
    if not text or text.lower() in ("nat", "nan"):
        return _NO_DATE
    numbers: tuple[str, str, str] | None = None
    if one := _ISO.fullmatch(text):
        numbers = (one[1], one[3], one[4])
    elif one := _PACKED.fullmatch(text):
        numbers = (one[1], one[2], one[3])
    elif one := _NUMBERS.fullmatch(text):
        numbers = (one[4], one[3], one[1]) if order == "day" else (one[4], one[1], one[3])
    elif one := _NAMED.fullmatch(text):
        day, month, year = (one[1], one[2], one[3]) if one[1] else (one[5], one[4], one[6])
        if month[:3].lower() in _MONTHS:
            numbers = (year, str(_MONTHS.index(month[:3].lower()) + 1), day)
    if numbers is None:
        if _SHORT.fullmatch(text):
            raise InputError(f"{owner} expects dates with a year of four digits, got {text!r}; {_remedy()}")
        raise _unknown(text, owner)
    try:
        return np.datetime64(date(*map(int, numbers)), "D")
    except ValueError:
        raise InputError(
            f"{owner} expects dates that there are, got {text!r}, taken as year {numbers[0]}, month {numbers[1]}, day "
            f"{numbers[2]}; {_remedy()}"
        ) from None


def _unknown(text: str, owner: str) -> InputError:
    return InputError(f"{owner} expects dates such as 2021-01-20 or 20-Jan-2021, got {text[:40]!r}; {_remedy()}")


def range_text(days: Days) -> str:
    """First and last day, for a sentence.

    Examples
    --------
    >>> range_text(np.array(["2021-02-03", "NaT", "2021-01-17"], "datetime64[D]"))
    '2021-01-17 to 2021-02-03'
    """
    known = days[~np.isnat(days)]
    first, last = str(known.min()), str(known.max())
    return first if first == last else f"{first} to {last}"
