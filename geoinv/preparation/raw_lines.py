"""Raw data read as they are: a total field may be one, positions may be in degrees or feet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.base import SurveyOptions
from geoinv.formats.notes import doubt
from geoinv.formats.reading import survey_of
from geoinv.preparation.coordinates import converted, geographic, projection_of, system
from geoinv.preparation.main_field_removal import days_of, with_igrf_field
from geoinv.preparation.record import recorded
from geoinv.surveys.main_field import MainField
from geoinv.surveys.survey import Survey

__all__ = ["read_lines"]

_NOT_KNOWN = MainField(90.0, 0.0, 50_000.0)
"""Field of a survey until its own is found; none leaves this module with it."""

_DATUM = 250.0
"""Metres by which two geodetic datums may differ: a file's longitudes further away are of another place."""

_STRETCH = 0.01
"""How far the scale of a coordinate system may be from one: the edges of a zone of UTM have 0.001."""

_ALIKE = 10.0
"""Metres by which positions differ between datums of today: more is an older datum."""


def read_lines(
    path: str | Path,
    *,
    crs: str | None = None,
    to_crs: str | None = None,
    field: MainField | None = None,
    date: str | None = None,
    columns: Mapping[str, str | int] | None = None,
    height: float | None = None,
    components: tuple[str, ...] | None = None,
) -> Survey:
    """Survey of a file with raw data, in metres of a known coordinate system where one is given.

    Parameters
    ----------
    path : str or Path
        The file, recognised by its content.
    crs : str, optional
        Coordinate system that it is in: "EPSG:26916". Where that is in degrees, longitudes and latitudes are read.
    to_crs : str, optional
        Projected system in metres to convert to. By default that of the file; where it is in degrees or feet, the zone
        of UTM about the stations.
    field : MainField, optional
        Inducing field of magnetic data. By default that of the file, else the IGRF at the middle of the survey.
    date : str, optional
        Date for that, in place of the dates of the file.
    columns, height, components
        As of :func:`geoinv.formats.read_survey`.

    Returns
    -------
    Survey
        With columns ``longitude`` and ``latitude`` where the coordinate system is known.

    Raises
    ------
    InputError
        If a coordinate system is not known or not that of the file; if no field is known or follows; and as
        :func:`geoinv.formats.read_survey`, but for total fields.
    """
    if crs is None:
        survey = survey_of(path, SurveyOptions(field, _NOT_KNOWN, columns, height, components, None, total=True))
        if to_crs is not None:
            survey = _moved(path, survey, to_crs)
    else:
        survey = _read_in(path, crs, to_crs, SurveyOptions(field, _NOT_KNOWN, columns, height, components, total=True))
    survey = _with_longitudes(path, survey)
    _doubt_scale(survey)
    return survey if survey.field is not _NOT_KNOWN else _with_field(path, survey, date)


def _moved(path: str | Path, survey: Survey, to_crs: str) -> Survey:
    if survey.crs is None:
        raise InputError(
            f"{way('--to-crs', 'to_crs')} expects to know the coordinate system that {path} is in, got none; give it "
            f"with {way('--crs EPSG:...', 'crs=...')}"
        )
    return converted(survey, to_crs)


def _read_in(path: str | Path, crs: str, to_crs: str | None, options: SurveyOptions) -> Survey:
    """Survey of a file in a coordinate system that the user names."""
    owner = way("--crs", "crs")
    source = system(crs, owner)
    target = None if to_crs is None else system(to_crs, way("--to-crs", "to_crs"))
    projection, conversion = projection_of(source, target)
    survey = survey_of(path, replace(options, projection=projection))
    if survey.crs is not None and not system(survey.crs, str(path)).same_as(source):
        raise InputError(
            f"{owner} expects the coordinate system of {path}, which says {survey.crs[:60]}, got {source.name}; leave "
            f"it out, or convert with {way('--to-crs', 'to_crs')}"
        )
    assert conversion.target is not None, "positions have been read"
    survey = replace(survey, crs=conversion.target.code)
    if conversion.target.same_as(source):
        return recorded(survey, "system", f"{source.name}, as given")
    assumed = "" if to_crs is not None else f", the zone about the stations, as {source.code} is in {source.unit}s"
    return recorded(
        survey, "system", f"{source.name} converted to {conversion.target.name}{assumed}; heights as they are"
    )


def _with_longitudes(path: str | Path, survey: Survey) -> Survey:
    """Survey with longitudes and latitudes, where its coordinate system tells; its file's own must agree."""
    if survey.crs is None:
        return survey
    lon, lat = system(survey.crs, "the survey").geographic(survey.easting, survey.northing)
    own = geographic(replace(survey, crs=None))
    if own is None:
        return replace(survey, columns={**survey.columns, "longitude": lon, "latitude": lat})
    radius = 6_371_000.0
    east = radius * np.radians((own[0] - lon + 180.0) % 360.0 - 180.0) * np.cos(np.radians(lat))
    apart = np.hypot(east, radius * np.radians(own[1] - lat))
    middle = float(np.nanmedian(apart)) if np.isfinite(apart).any() else 0.0
    named = survey.crs if len(survey.crs) < 24 else "that system"
    if middle > _DATUM:
        raise InputError(
            f"{path} expects positions that agree with its own longitudes and latitudes, got them {middle:.6g} m apart "
            f"in the median under {named}; give the coordinate system that its eastings and northings are in"
        )
    if middle > _ALIKE:
        doubt(
            f"{path}: positions lie {middle:.4g} m from the file's own longitudes and latitudes in the median under "
            f"{named}, as between an old datum and one of today (NAD27 and NAD83); check the coordinate system"
        )
    far = int((apart > _DATUM).sum())
    if far:
        doubt(
            f"{path}: {far} of {survey.stations} stations lie more than {_DATUM:g} m from the file's own longitudes "
            f"and latitudes, one {np.nanmax(apart):.6g} m; eastings and northings were taken"
        )
    return survey


def _doubt_scale(survey: Survey) -> None:
    """Warn of a coordinate system whose metres are no metres on the ground, such as the one of web maps."""
    if survey.crs is None:
        return
    lon, lat = survey.columns["longitude"], survey.columns["latitude"]
    scale = system(survey.crs, "the survey").scale(float(lon[0]), float(lat[0]))
    if abs(scale - 1.0) > _STRETCH:
        remedy = way("convert with --to-crs", "convert with to_crs=...", "convert it")
        doubt(
            f"a metre of {survey.crs if len(survey.crs) < 24 else 'that system'} is {1.0 / scale:.4g} m on the ground "
            f"there, and depths would be wrong by as much; {remedy} to another, such as a zone of UTM"
        )


def _with_field(path: str | Path, survey: Survey, date: str | None) -> Survey:
    """Magnetic survey with the field of the IGRF, in place of none."""
    days = days_of(survey, date)
    if days is None or geographic(survey) is None:
        lacking = [] if days is not None else [way("--date YYYY-MM-DD", "date='YYYY-MM-DD'")]
        lacking += [] if geographic(survey) is not None else [way("--crs EPSG:...", "crs=...")]
        raise InputError(
            f"{path} expects the inducing field beside it, got a file which has none; give "
            f"{way('--field I D F (degrees, degrees, nT)', 'field=MainField(...)')}, or {' and '.join(lacking)}, from "
            "which it follows"
        )
    return with_igrf_field(survey, days[0])
