"""UBC-GIF gravity observations (``.grv``, ``.gra``)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geoinv.core.checks import InputError
from geoinv.formats.atomic import whole_file
from geoinv.formats.base import Format, Head, SurveyOptions, Writer
from geoinv.formats.degrees import refuse_degrees
from geoinv.formats.notes import note
from geoinv.formats.text import TextLines, naming, rows_text
from geoinv.formats.ubc_numbers import whole_number
from geoinv.formats.ubc_rows import observation_rows, refuse_deviations, row_width
from geoinv.surveys.survey import Survey

__all__ = ["FORMAT", "read_ubc_gravity", "write_ubc_gravity"]

_LAYOUTS = "rows of 4 or 5 columns (E N elev gz [sd])"


def read_ubc_gravity(path: str | Path, options: SurveyOptions | None = None) -> Survey:
    """Survey of a UBC gravity observation file.

    Lines, with ``!`` comments: the number of stations; one row a station, ``E N elev gz [sd]`` in metres and mGal. The
    datum is the vertical attraction of the anomalous masses, positive down: above a body that is denser than its
    surroundings it is positive. Rows with a null value, or with positions alone, are left out.

    Parameters
    ----------
    path : str or Path
        Text file, packed or not.
    options : SurveyOptions, optional
        Of no use here.

    Raises
    ------
    InputError
        If the count and the rows disagree, a value is no number, a standard deviation is not positive, or no row is
        complete.

    Notes
    -----
    The layout is that of the UBC-GIF GRAV3D manual, whose z axis points down, so that gz is positive down (the sign of
    SimPEG's ``gz`` is the opposite).
    """
    text = TextLines.read(path)
    columns = row_width(text, 0, (4, 5), _LAYOUTS)
    rows = observation_rows(text, 1, columns)
    values = rows.values
    uncertainty = values[:, 4] if columns == 5 else None
    if uncertainty is not None:
        refuse_deviations(text, rows, uncertainty)
    refuse_degrees(path, values[:, 0], values[:, 1])
    note("gravity", "gz in mGal, positive down (above dense rock), as UBC files have it")
    with naming(path):
        return Survey(
            values[:, 0],
            values[:, 1],
            values[:, 2],
            components=("gz",),
            data=values[:, 3],
            uncertainty=uncertainty,
        )


def write_ubc_gravity(path: str | Path, survey: Survey) -> None:
    """Write a survey of gz as UBC gravity observations: mGal, positive down.

    Numbers have the fewest digits that give them back exactly. The coordinate system and the attributes of the survey
    have no place in the format.

    Raises
    ------
    InputError
        If the survey holds another component, or no data.
    """
    if survey.components != ("gz",):
        raise InputError(
            f"{path} expects a survey of gz, the component of UBC gravity files, got {' '.join(survey.components)}; "
            "write netCDF"
        )
    if survey.data is None:
        raise InputError(f"{path} expects a survey with data, got stations alone; write netCDF, or add the data")
    columns = [survey.easting, survey.northing, survey.upward]
    columns += [np.ravel(part) for part in (survey.data, survey.uncertainty) if part is not None]
    with whole_file(path) as partial:
        partial.write_text(f"{survey.stations} ! stations\n" + rows_text(columns), encoding="ascii")


def _recognises(head: Head) -> bool:
    """A whole number, and rows of four or five numbers."""
    if head.is_netcdf or len(head.rows) < 2:
        return False
    return (
        head.counts[0] == 1
        and whole_number(head.rows[0][0]) is not None
        and head.counts[1] in (4, 5)
        and head.numbers[1]
    )


FORMAT = Format(
    name="UBC gravity observations",
    recognises=_recognises,
    readers={"survey": read_ubc_gravity},
    writers=(Writer("survey", (".grv", ".gra"), write_ubc_gravity),),
)
