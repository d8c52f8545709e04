"""Files in and out: one format a file, recognised by what it holds.

A reader says what it took as what with ``note("columns", "upward = Elev (ft, converted to m)")`` and
what the user should doubt with ``doubt("a.csv: 3 of 90 rows ...")`` (:mod:`geoinv.formats.notes`).
``with collected() as notes:`` gives both to whoever prints them; otherwise a doubt is an `InputWarning`.
A remedy in an error is put as ``way("--height H", "height=H")`` (:mod:`geoinv.core.wording`): the option for a
command that has it, the argument for Python.
"""

from __future__ import annotations

from geoinv.formats.atomic import whole_file
from geoinv.formats.base import Format
from geoinv.formats.conversion import convert
from geoinv.formats.description import describe
from geoinv.formats.netcdf_file import write_netcdf
from geoinv.formats.notes import Notes, collected
from geoinv.formats.reading import read_mesh, read_model, read_survey, read_topography
from geoinv.formats.registry import recognise
from geoinv.formats.table import read_table
from geoinv.formats.writing import write_mesh, write_model, write_survey

__all__ = [
    "Format",
    "Notes",
    "collected",
    "convert",
    "describe",
    "read_mesh",
    "read_model",
    "read_survey",
    "read_table",
    "read_topography",
    "recognise",
    "whole_file",
    "write_mesh",
    "write_model",
    "write_netcdf",
    "write_survey",
]
