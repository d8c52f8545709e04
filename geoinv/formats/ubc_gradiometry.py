"""UBC-GIF gravity gradient observations (``.gg``)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geoinv.core.checks import InputError
from geoinv.formats.atomic import whole_file
from geoinv.formats.base import Format, Head, SurveyOptions, Writer
from geoinv.formats.degrees import refuse_degrees
from geoinv.formats.notes import note
from geoinv.formats.text import TextLines, naming, rows_text
from geoinv.formats.ubc_rows import observation_rows, refuse_deviations, row_width
from geoinv.surveys.survey import Survey

__all__ = ["FORMAT", "read_ubc_gradiometry", "write_ubc_gradiometry"]

_COMPONENTS = {
    "xx": ("gnn", 1.0),
    "xy": ("gen", 1.0),
    "xz": ("gnu", -1.0),
    "yy": ("gee", 1.0),
    "yz": ("geu", -1.0),
    "zz": ("guu", 1.0),
}
"""Component and sign of each pair of the file's axes: x is northing, y easting, and z points down."""


def read_ubc_gradiometry(path: str | Path, options: SurveyOptions | None = None) -> Survey:
    """Survey of a UBC gravity gradient file.

    Lines, with ``!`` comments: ``datacomp=xx,xy,...``, of xx xy xz yy yz zz; the number of stations; one row a station,
    ``E N elev``, a datum for each component and, where there are any, a standard deviation for each, in Eotvos. Rows
    with a null value are left out.

    Parameters
    ----------
    path : str or Path
        Text file, packed or not.
    options : SurveyOptions, optional
        Of no use here.

    Raises
    ------
    InputError
        If a component is unknown (``uv`` is not read), the count and the rows disagree, the rows are neither of
        positions nor of data with or without deviations, or a value is no number or a deviation not positive.

    Notes
    -----
    The layout is that of the UBC-GIF GG3D manual.
    """
    text = TextLines.read(path)
    names = text.lines[0].partition("=")[2].replace(",", " ").split()
    unknown = [name for name in names if name not in _COMPONENTS]
    if unknown or not names or len(set(names)) < len(names):
        remedy = "remove the others, or write each once"
        raise text.error(0, f"components among {' '.join(_COMPONENTS)}", remedy, " ".join(unknown or names) or "none")
    count = len(names)
    layouts = f"rows of 3, {3 + count} or {3 + 2 * count} columns (E N elev, data, standard deviations)"
    columns = row_width(text, 1, (3, 3 + 2 * count), layouts)
    if columns not in (3, 3 + count, 3 + 2 * count):
        raise text.error(2, layouts, "correct the rows, or the components on the first line", f"{columns} columns")
    rows = observation_rows(text, 2, columns)
    values = rows.values
    refuse_degrees(path, values[:, 0], values[:, 1])
    data = uncertainty = None
    if columns > 3:
        data = values[:, 3 : 3 + count].T * np.array([[_COMPONENTS[name][1]] for name in names])
    if columns == 3 + 2 * count:
        uncertainty = values[:, 3 + count :].T
        for deviations in uncertainty:
            refuse_deviations(text, rows, deviations)
    components = tuple(_COMPONENTS[name][0] for name in names)
    note("gravity", f"{' '.join(names)} (x northing, y easting, z down) taken as {' '.join(components)}, in Eotvos")
    with naming(path):
        places = (values[:, 0], values[:, 1], values[:, 2])
        return Survey(*places, components=components, data=data, uncertainty=uncertainty)


def write_ubc_gradiometry(path: str | Path, survey: Survey) -> None:
    """Write a survey of gravity gradients with the components and signs of UBC files.

    Raises
    ------
    InputError
        If the survey holds another component, or standard deviations without data.
    """
    known = {component: (name, sign) for name, (component, sign) in _COMPONENTS.items()}
    if not set(survey.components) <= set(known):
        raise InputError(
            f"{path} expects a survey of {' '.join(known)}, the components of UBC gravity gradient files, got "
            f"{' '.join(survey.components)}; write netCDF"
        )
    if survey.data is None and survey.uncertainty is not None:
        raise InputError(f"{path} expects data with the uncertainty, got none; write netCDF, or add the data")
    names, signs = zip(*(known[name] for name in survey.components), strict=True)
    columns = [survey.easting, survey.northing, survey.upward]
    columns += [] if survey.data is None else [sign * row for sign, row in zip(signs, survey.data, strict=True)]
    columns += [] if survey.uncertainty is None else [*survey.uncertainty]
    with whole_file(path) as partial:
        head = f"datacomp={','.join(names)}\n{survey.stations} ! stations\n"
        partial.write_text(head + rows_text(columns), encoding="ascii")


def _recognises(head: Head) -> bool:
    """A first line that names components."""
    return not head.is_netcdf and head.text.lines[0].replace(" ", "").lower().startswith("datacomp=")


FORMAT = Format(
    name="UBC gravity gradient observations",
    recognises=_recognises,
    readers={"survey": read_ubc_gradiometry},
    writers=(Writer("survey", (".gg",), write_ubc_gradiometry),),
)
