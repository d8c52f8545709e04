"""UBC-GIF magnetic observations (``.obs``, ``.mag``): our own reader and writer."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geoinv.core.checks import InputError
from geoinv.formats.atomic import whole_file
from geoinv.formats.base import Format, Head, SurveyOptions, Writer
from geoinv.formats.degrees import refuse_degrees
from geoinv.formats.text import TextLines, is_number, naming, rows_text
from geoinv.formats.ubc_rows import observation_rows, refuse_deviations, row_width
from geoinv.surveys.main_field import MainField
from geoinv.surveys.survey import Survey

__all__ = ["FORMAT", "read_ubc_observations", "write_ubc_observations"]

_LAYOUTS = "rows of 3 to 7 columns (E N elev [aincl adecl] datum [sd])"
_MULTI_COMPONENT, _TMI, _AMPLITUDE = 0, 1, 2


def read_ubc_observations(path: str | Path) -> Survey:
    """Survey of a UBC magnetic observation file.

    Lines, with ``!`` comments: ``inclination declination intensity``; ``a-inclination
    a-declination [code]``, the direction that the data are projected on; the number of stations;
    one row a station. The number of columns tells the layout of the rows: 3 ``E N elev`` (a survey
    without data), 4 with ``datum``, 5 with ``datum sd``, 6 ``E N elev aincl adecl datum``, 7 with
    ``sd``. Data are TMI in nT, their direction becomes `Survey.anomaly_direction`. Rows with a null
    value, or with positions alone among rows with data, are left out.

    Parameters
    ----------
    path : str or Path
        Text file, packed or not.

    Returns
    -------
    Survey

    Raises
    ------
    InputError
        If a line is missing or holds something else, the count and the rows disagree, a standard
        deviation is not positive, the rows have several directions, or no row is complete.

    Notes
    -----
    The layout is that of the UBC-GIF MAG3D manual. Code 1 (or none) is one direction for all data;
    code 0 announces a direction in every row: with fewer columns than that takes it is rejected, as is
    code 2, which announces amplitudes.
    """
    text = TextLines.read(path)
    remedy = "write the field as degrees, degrees, nT"
    inclination, declination, intensity = text.values(0, (3,), "'inclination declination intensity'", remedy)
    with naming(f"{path} line {text.line_numbers[0]}"):
        field = MainField(inclination, declination, intensity)
    projection = text.values(1, (2, 3), "'a-inclination a-declination [code]'", "write the direction in degrees")
    direction = (projection[0], projection[1])
    code = projection[2] if len(projection) == 3 else None
    if code == _AMPLITUDE:
        remedy = "give the total magnetic intensity (code 1), from which the amplitude was computed"
        raise text.error(1, "TMI (code 0, 1 or none)", remedy, "code 2, the amplitude |B| of the anomalous field")
    if code not in (None, _MULTI_COMPONENT, _TMI):
        raise text.error(1, "code 0, 1 or none", "only TMI is read: give one component a file", f"code {code:g}")
    columns = row_width(text, 2, (3, 7), _LAYOUTS)
    if columns < 6 and code == _MULTI_COMPONENT:
        remedy = "write code 1 if the rows have no direction of their own"
        raise text.error(1, f"code 1 with {columns} columns", remedy, "code 0 (a direction in every row)")
    rows = observation_rows(text, 3, columns)
    values = rows.values
    if columns >= 6:
        differs = (values[:, 3:5] != values[0, 3:5]).any(axis=1)
        if differs.any():
            remedy = "only one projection a file is read: give the data of each direction a file of its own"
            raise text.error(int(rows.lines[np.argmax(differs)]), "the same aincl adecl in every row", remedy)
        direction = (float(values[0, 3]), float(values[0, 4]))
    data = None if columns == 3 else values[:, 5 if columns >= 6 else 3]
    uncertainty = values[:, -1] if columns in (5, 7) else None
    if uncertainty is not None:
        refuse_deviations(text, rows, uncertainty)
    with naming(f"{path} line {text.line_numbers[1]}"):
        return Survey(
            values[:, 0],
            values[:, 1],
            values[:, 2],
            field=field,
            data=data,
            uncertainty=uncertainty,
            anomaly_direction=direction,
        )


def write_ubc_observations(path: str | Path, survey: Survey) -> None:
    """Write a survey of TMI as UBC magnetic observations.

    Numbers have the fewest digits that give them back exactly. The coordinate system and the
    attributes of the survey have no place in the format.

    Raises
    ------
    InputError
        If the survey holds another component, or uncertainty without data.
    """
    if survey.components != ("tmi",):
        raise InputError(
            f"{path} expects a survey of tmi, the component of UBC files, got {' '.join(survey.components)}; "
            "write netCDF"
        )
    if survey.data is None and survey.uncertainty is not None:
        raise InputError(f"{path} expects data with the uncertainty, got none; write netCDF, or add the data")
    columns = [survey.easting, survey.northing, survey.upward]
    columns += [np.ravel(part) for part in (survey.data, survey.uncertainty) if part is not None]
    field, direction = survey.main_field, survey.anomaly_direction
    assert direction is not None, "magnetic surveys have one"
    head = (
        f"{field.inclination!r} {field.declination!r} {field.intensity!r} ! inclination, declination, intensity (nT)\n"
        f"{direction[0]!r} {direction[1]!r} 1 ! direction of the data, code\n"
        f"{survey.stations} ! stations\n"
    )
    with whole_file(path) as partial:
        partial.write_text(head + rows_text(columns), encoding="ascii")


def _recognises(head: Head) -> bool:
    """A line of three numbers (the field), one of two or three (the direction), and the number of stations."""
    if head.is_netcdf:
        return False
    header = head.counts[:1] == [3] and (head.counts[1:2] == [2] or head.counts[1:3] == [3, 1])
    return header and all(any(map(is_number, row)) for row in head.rows[:2])


def _read(path: str | Path, options: SurveyOptions) -> Survey:
    survey = read_ubc_observations(path)
    refuse_degrees(path, survey.easting, survey.northing)
    return survey


FORMAT = Format(
    name="UBC magnetic observations",
    recognises=_recognises,
    readers={"survey": _read},
    writers=(Writer("survey", (".obs", ".mag"), write_ubc_observations),),
)
