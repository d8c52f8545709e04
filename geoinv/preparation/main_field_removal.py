"""The main field of the Earth out of a total field, at each station's place, height and date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date as calendar_date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.notes import doubt
from geoinv.preparation.coordinates import geographic, system
from geoinv.preparation.dates import Days, dates_of, day_of, range_text
from geoinv.preparation.igrf import MODEL, angles_of, igrf, model_range, refuse_dates
from geoinv.preparation.record import recorded
from geoinv.surveys.main_field import MainField
from geoinv.surveys.survey import Survey

if TYPE_CHECKING:
    from geoinv.preparation.coordinates import Array

__all__ = ["days_of", "with_igrf_field", "without_igrf"]

_WEAKEST = 15_000.0
"""nT: no main field is weaker, and hardly an anomaly is stronger over half of a survey."""

_SEEN = 1.0
"""nT by which a file's own main field may differ before the user is warned."""

_SAME = 0.05
"""nT: a file's own main field that differs by less is the same model; files have two decimals."""

_COEFFICIENTS_ARE_FORECAST = np.datetime64("2025-01-01")


def days_of(survey: Survey, date: str | calendar_date | np.datetime64 | None = None) -> tuple[Days, str] | None:
    """Date of each station, and where it is from; None where nothing tells.

    Parameters
    ----------
    survey : Survey
        With a column ``date``, where no date is given.
    date : str or date, optional
        One for all stations, in place of those of the survey.

    Raises
    ------
    InputError
        As :func:`geoinv.preparation.dates.dates_of`.
    """
    option = way("--date", "date")
    if date is not None:
        day = day_of(date, option)
        if np.isnat(day):
            raise InputError(f"{option} expects a date such as 2021-01-20, got {str(date)!r}")
        own = ", in place of the file's dates" if any(_tells_days(survey, name) for name in ("date", "time")) else ""
        return np.full(survey.stations, day, "datetime64[D]"), f"{day} for all stations ({option}){own}"
    name = next((name for name in ("date", "time") if _tells_days(survey, name)), None)
    if name is None:
        return None
    days, taken = dates_of(survey.columns[name], f"the column {name}")
    if np.isnat(days).all():
        return None
    return days, f"{range_text(days)}, as in the file{f' ({taken})' if taken else ''}"


def _tells_days(survey: Survey, name: str) -> bool:
    """Whether a column holds dates: what is called time is the time of day, unless it is of times."""
    values = survey.columns.get(name)
    return values is not None and (name == "date" or values.dtype.kind == "M")


def without_igrf(survey: Survey, date: str | calendar_date | np.datetime64 | None = None) -> Survey:
    """Survey whose total field has become an anomaly: less the IGRF at each station's place, height and date.

    What was removed is kept as the column ``igrf``; one that the file has goes to ``igrf of the file``, and a user is
    warned where it differs. The field of the survey becomes that of the model, see :func:`with_igrf_field`.

    Parameters
    ----------
    survey : Survey
        Of the component tmi, holding a total field in nT, with a coordinate system or columns ``longitude`` and
        ``latitude``.
    date : str or date, optional
        As of :func:`days_of`.

    Raises
    ------
    InputError
        If the data are no total field, or places or dates are not known or outside the model.
    """
    option = way("--remove igrf", "without_igrf")
    if survey.components != ("tmi",) or survey.data is None:
        got = "no data" if survey.data is None else " ".join(survey.components)
        raise InputError(f"{option} expects the total field as tmi and nothing else, got {got}; choose its column")
    middle = float(np.median(survey.data))
    if middle < _WEAKEST:
        choice = way("choose the column of the total field with --columns tmi=NAME", "choose the total field")
        raise InputError(
            f"{option} expects a total field of 20,000 to 70,000 nT, got a median of {middle:.4g} nT, as an anomaly "
            f"has; leave it out where the main field is removed already, or {choice}"
        )
    lon, lat = _places(survey, option)
    days, said = _days(survey, date, option)
    removed = angles_of(*igrf(lon, lat, survey.upward, days))[2]
    anomaly = survey.data - removed
    columns = {name: values for name, values in survey.columns.items() if name != "igrf"}
    own = survey.columns.get("igrf")
    if own is not None:
        columns["igrf of the file"] = own
    left = replace(survey, data=anomaly, columns={**columns, "igrf": removed})
    beyond = ", a forecast after 2024" if days.max() >= _COEFFICIENTS_ARE_FORECAST else ""
    sentence = (
        f"{MODEL}{beyond} removed at each station's place, height (taken as above the ellipsoid) and date ({said}): "
        f"{removed.min():.1f} to {removed.max():.1f} nT; an anomaly of {anomaly.min():.1f} to {anomaly.max():.1f} nT, "
        f"median {np.median(anomaly):.1f} nT, is left"
    )
    left = recorded(left, "igrf", sentence)
    if own is not None and own.dtype.kind in "if":
        left = _compared(left, own.astype(np.float64), removed)
    return with_igrf_field(left, days)


def _places(survey: Survey, option: str) -> tuple[Array, Array]:
    found = geographic(survey)
    if found is None:
        remedy = way("give --crs EPSG:..., what the file is in", "give crs=..., what the file is in", "add them")
        raise InputError(
            f"{option} expects to know where on Earth the stations lie, got neither a coordinate system nor columns of "
            f"longitude and latitude; {remedy}"
        )
    return found


def _days(survey: Survey, date: str | calendar_date | np.datetime64 | None, option: str) -> tuple[Days, str]:
    found = days_of(survey, date)
    if found is None:
        first, last = model_range()
        remedy = way(
            "give --date YYYY-MM-DD, or name the column with --columns date=NAME", "give date='YYYY-MM-DD'", "add it"
        )
        raise InputError(
            f"{option} expects the date of the survey (from {first} to {last}), got no column of dates; {remedy}"
        )
    return found


def _compared(survey: Survey, own: npt.NDArray[np.float64], removed: npt.NDArray[np.float64]) -> Survey:
    """Say how far the file's own main field is from the one that was removed."""
    difference = (own - removed)[np.isfinite(own)]
    if not difference.size:
        return survey
    middle, most = float(np.median(difference)), float(np.abs(difference).max())
    if most < _SAME:
        return recorded(survey, "compared", f"the file's own column igrf agrees with {MODEL} to {most:.1g} nT")
    told = (
        f"the file's own column igrf is {abs(middle):.1f} nT {'below' if middle < 0 else 'above'} {MODEL} in the "
        f"median ({difference.min():.1f} to {difference.max():.1f} nT)"
    )
    if abs(middle) > _SEEN:
        doubt(f"{told}: an older model or another date; it was not used")
    return recorded(survey, "compared", told)


def with_igrf_field(survey: Survey, days: npt.ArrayLike) -> Survey:
    """Survey whose inducing field is the IGRF at its middle, on its middle day.

    The declination is counted from the northing axis, as everywhere in geoinv: it is the model's less the convergence
    of the coordinate system there, where one is known.

    Parameters
    ----------
    survey : Survey
        Magnetic, with a coordinate system or columns ``longitude`` and ``latitude``.
    days : array_like of datetime64
        Dates, one a station or one for all.

    Raises
    ------
    InputError
        If places are not known, or dates are missing or outside the model.
    """
    lon, lat = _places(survey, way("--field", "with_igrf_field"))
    dates = np.atleast_1d(np.asarray(days, "datetime64[D]"))
    refuse_dates(dates)
    middle = np.sort(dates)[dates.size // 2]
    # the station nearest to the middle, so that a survey across the date line has no mean on the other side
    e, n = survey.easting - np.median(survey.easting), survey.northing - np.median(survey.northing)
    near = int(np.argmin(np.hypot(e, n)))
    height = float(np.median(survey.upward))
    parts = igrf(lon[near], lat[near], height, middle)
    inclination, declination, intensity = (float(part[0]) for part in angles_of(*parts))
    told = f"declination {declination:.2f} degrees from true north"
    if survey.crs is not None:
        convergence = system(survey.crs, "the survey").convergence(float(lon[near]), float(lat[near]))
        declination -= convergence
        told = (
            f"declination {declination:.2f} degrees from the northing axis ({declination + convergence:.2f} from true "
            "north)"
        )
    else:
        told += ", taken as the northing axis"
    field = MainField(round(inclination, 4), round(declination, 4), round(intensity, 2))
    sentence = (
        f"inclination {inclination:.2f}, {told}, {intensity:.0f} nT: {MODEL} at longitude {lon[near]:.4f}, latitude "
        f"{lat[near]:.4f}, {height:.0f} m, {middle}"
    )
    changed = replace(survey, field=field, anomaly_direction=(field.inclination, field.declination))
    return recorded(changed, "field", sentence)
