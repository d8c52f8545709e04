"""netCDF surveys: Datasets over ``station``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import COMPONENTS, kinds_of
from geoinv.conventions.variables import text_attribute
from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.base import Format, SurveyOptions, Writer
from geoinv.formats.chosen import chosen_components
from geoinv.formats.degrees import refuse_degrees
from geoinv.formats.netcdf_content import content_of, say_taken
from geoinv.formats.netcdf_file import open_netcdf, write_netcdf
from geoinv.formats.notes import collected, doubt, note
from geoinv.surveys.main_field import MainField
from geoinv.surveys.survey import Survey
from geoinv.surveys.survey_dataset import column_variables

__all__ = ["FORMAT", "read_netcdf_ground", "read_netcdf_survey", "write_netcdf_survey"]

_AS_IT_IS = SurveyOptions()


def read_netcdf_survey(path: str | Path, options: SurveyOptions = _AS_IT_IS) -> Survey:
    """Survey of a Dataset over ``station``, as :meth:`Survey.to_xarray` writes it.

    Stations with a null value in a position, a datum or a standard deviation are left out.

    Parameters
    ----------
    path : str or Path
        netCDF file.
    options : SurveyOptions, optional
        A field is for a file that has none: its own is kept.

    Raises
    ------
    InputError
        If a variable is missing, over something else than the stations, in units of something else, or all null.
    """
    from geoinv.conventions import cf

    with open_netcdf(path) as data:
        if options.height is not None:
            level = np.full(data["easting"].shape, float(options.height))
            data = data.drop_vars("upward", errors="ignore")
            data = data.assign(upward=(data["easting"].dims, level, {"units": "m"}))
        known = set(map(str, data.variables))
        if "upward" not in known:
            remedy = way("add upward in metres, or give --height", "add upward in metres, or give height=...")
            raise InputError(
                f"expected easting, northing and upward over the stations, got {', '.join(sorted(known))}; "
                f"{remedy or 'add upward in metres'}"
            )
        components = chosen_components(path, [name for name in COMPONENTS if name in known], options)
        columns = cf.station_columns(data, components if set(components) <= known else ())
        say_taken(columns)
        null = np.any([np.isnan(column.values) for column in columns.values()], axis=0)
        if null.any():
            lacking = ", ".join(f"{column.nulls} in {name}" for name, column in columns.items() if column.nulls)
            if null.all():
                raise InputError(f"expected stations with a value in every variable, got none (null: {lacking})")
            doubt(f"{path}: {int(null.sum())} of {null.size} stations with a null value are left out ({lacking})")
        if text_attribute(data["upward"], "standard_name") == "height":
            doubt(f"{path}: upward has the standard name height (above the ground), and is taken as an elevation")
        if not any(text_attribute(data[axis], "units") for axis in ("easting", "northing")):
            refuse_degrees(path, columns["easting"].values[~null], columns["northing"].values[~null])
        kept, left = column_variables(data)
        if kept:
            note("kept", ", ".join(kept))
        if left:
            note("", f"not used, neither numbers nor texts: {', '.join(left)}")
        station = data["easting"].dims[0]
        clean = data.drop_vars([name for name in known if station in data[name].dims]).assign(
            {
                name: (station, column.values[~null], {"units": cf.project_units(name)})
                for name, column in columns.items()
            }
        )
        if components:
            clean.attrs["components"] = " ".join(components)
        own = all(f"field_{part}" in data.attrs for part in ("inclination", "declination", "intensity"))
        given = None if own or kinds_of(components) == ("gravity",) else options.field or options.stand_in
        survey = Survey.from_xarray(clean, field=given)
        return replace(survey, columns={name: values[~null] for name, values in kept.items()})


def read_netcdf_ground(path: str | Path) -> npt.NDArray[np.float64]:
    """Points (easting, northing, elevation of the ground) in metres below the stations of a survey that has them.

    Raises
    ------
    InputError
        If the survey has no column ``ground``, or as :func:`read_netcdf_survey`.
    """
    with collected():  # said of the survey itself
        survey = read_netcdf_survey(path, SurveyOptions(stand_in=MainField(90.0, 0.0, 50_000.0)))
    ground = survey.columns.get("ground")
    if ground is None or ground.dtype.kind not in "if":
        raise InputError(
            f"{path} expects elevations of the ground, got a survey with heights of the sensor and no column ground; "
            "give points x y z"
        )
    points: npt.NDArray[np.float64] = np.column_stack([survey.easting, survey.northing, ground])
    return points[np.isfinite(points[:, 2])]


def write_netcdf_survey(path: str | Path, survey: Survey) -> None:
    """Write a survey as a CF Dataset, see :meth:`Survey.to_xarray`."""
    write_netcdf(path, survey.to_xarray())


FORMAT = Format(
    name="netCDF survey",
    recognises=lambda head: head.is_netcdf and head.of_dataset(content_of) == "survey",
    readers={"survey": read_netcdf_survey, "topography": read_netcdf_ground},
    writers=(Writer("survey", (".nc", ".zarr"), write_netcdf_survey, columns=True, crs=True),),
    dataset=open_netcdf,
)
