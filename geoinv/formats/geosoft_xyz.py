"""Geosoft XYZ: rows below a line ``LINE 1010`` or ``TIE 90`` for each flight line, names of the channels in comments.

A dummy is ``*``, or -1e32. Comments ``//Flight 12`` and ``//Date 2020/11/03`` above a line are its flight and date.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy.typing as npt

from geoinv.formats.atomic import whole_file
from geoinv.formats.base import Format, Head, SurveyOptions, Writer
from geoinv.formats.column_names import understood
from geoinv.formats.layout import MARKER, Layout, layout_of
from geoinv.formats.notes import note
from geoinv.formats.table import columns_of_survey, table_rows, write_table
from geoinv.formats.table_format import FIELD, read_table_survey, read_table_topography, table_lines
from geoinv.formats.text import TextLines, quoted_token, rows_text
from geoinv.surveys.survey import Survey

__all__ = ["FORMAT", "geosoft_rows", "read_geosoft_xyz", "write_geosoft_xyz"]

_REMARKS = ("flight", "date")
_RULE = 20  # characters of the line under the names


def geosoft_rows(path: str | Path) -> tuple[TextLines, Layout]:
    """Lines of a Geosoft XYZ file, the flight and the date above each line as columns of its rows."""
    text, layout = table_rows(path)
    named = {name.key for name in layout.names or ()}
    told = {key: said for key in _REMARKS if key not in named and (said := _told(text, key))}
    if not told or layout.names is None:
        return text, layout
    note("", f"{' and '.join(told)} of each line as the comments above it say")
    joint = layout.delimiter or " "
    lines, current = list(text.lines), dict.fromkeys(told, "*")
    remarks = deque(sorted((number, key, value) for key, values in told.items() for number, value in values))
    for k, number in enumerate(text.line_numbers):
        while remarks and remarks[0][0] < number:
            _, key, value = remarks.popleft()
            current[key] = value
        if k >= layout.start and not MARKER.fullmatch(lines[k]):
            lines[k] = joint.join([lines[k], *current.values()])
    names = (*layout.names, *(understood(key) for key in told))
    units = (*layout.units, *("" for _ in told)) if layout.units else ()
    return replace(text, lines=lines), replace(layout, names=names, units=units, width=layout.width + len(told))


def _told(text: TextLines, key: str) -> list[tuple[int, str]]:
    """Numbers of the comments that say something of the lines below them, and what they say, in one word."""
    found = []
    for number, remark in text.remarks:
        first, _, value = remark.partition(" ")
        if first.rstrip(":").lower() == key and len(value.split()) == 1 and not set(value) & set(',;|"\t'):
            found.append((number, value.strip()))
    return found


def read_geosoft_xyz(path: str | Path, options: SurveyOptions) -> Survey:
    """Survey of a Geosoft XYZ file; the column ``line`` has the name that stands above each row.

    Raises
    ------
    InputError
        As :func:`geoinv.formats.table_format.read_table_survey`.
    """
    return read_table_survey(path, options, geosoft_rows)


def write_geosoft_xyz(path: str | Path, survey: Survey) -> None:
    """Write a survey as Geosoft XYZ, or as a plain table where it has no lines.

    The names of its columns stand in a comment, its lines above their rows, dummies are ``*``. A line whose name cannot
    stand there (with blanks, or none) makes ``line`` a column as the others.
    """
    lines = survey.columns.get("line")
    markers = None if lines is None else _markers(lines)
    if markers is None:
        write_table(path, survey, " ")
        return
    columns = {name: values for name, values in columns_of_survey(survey).items() if name != "line"}
    header = f"/ {' '.join(quoted_token(name, ' ') for name in columns)}\n/{'=' * _RULE}\n"
    with whole_file(path) as partial:
        partial.write_text(f"{header}{''.join(_blocks(columns, markers))}", encoding="utf-8")


def _markers(lines: npt.NDArray[Any]) -> list[str] | None:
    """Line above each row that says its flight line; None where one cannot be said."""
    found = []
    named: dict[Any, str] = {}
    for line in lines.tolist():
        if line not in named:
            text = " ".join(str(line).split())
            named[line] = text if MARKER.fullmatch(text) and " " in text else f"LINE {text}"
            if line != line or str(line) != text or not MARKER.fullmatch(named[line]):
                return None
        found.append(named[line])
    return found


def _blocks(columns: dict[str, npt.NDArray[Any]], markers: list[str]) -> Iterator[str]:
    """Marker and rows of each run of rows that are of one line."""
    begin = 0
    for marker, run in groupby(markers):
        end = begin + sum(1 for _ in run)
        yield f"{marker}\n{rows_text([values[begin:end] for values in columns.values()])}"
        begin = end


def _recognises(head: Head) -> bool:
    if head.is_netcdf:
        return False
    text = head.whole_lines
    return any(map(MARKER.fullmatch, text.lines)) and layout_of(text) is not None


FORMAT = Format(
    name="Geosoft XYZ",
    recognises=_recognises,
    readers={
        "survey": read_geosoft_xyz,
        "topography": lambda path: read_table_topography(path, geosoft_rows),
    },
    writers=(Writer("survey", (".xyz",), write_geosoft_xyz, loses=FIELD, columns=True),),
    options=frozenset({"columns"}),
    describe=lambda path, options: table_lines(path, options, geosoft_rows),
)
