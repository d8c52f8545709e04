"""Files in and out: one format a file, recognised by what it holds."""

from __future__ import annotations

from geoinv.formats.atomic import whole_file
from geoinv.formats.conversion import convert
from geoinv.formats.description import describe
from geoinv.formats.netcdf import write_netcdf
from geoinv.formats.recognition import FileKind, recognise
from geoinv.formats.registry import (
    read_mesh,
    read_model,
    read_survey,
    read_topography,
    write_mesh,
    write_model,
    write_survey,
)
from geoinv.formats.table import read_table

__all__ = [
    "FileKind",
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
