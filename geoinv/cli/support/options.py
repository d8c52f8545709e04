"""Arguments and options that several commands share, and what their text means."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from geoinv.core.checks import InputError
from geoinv.surveys.main_field import MainField

__all__ = [
    "RTOL_HELP",
    "ColumnsOption",
    "DataSetOption",
    "DemagnetizationOption",
    "ElevationOption",
    "Engine",
    "EngineOption",
    "EveryOption",
    "FieldOption",
    "HeightOption",
    "OutOption",
    "RtolOption",
    "SectionOption",
    "columns_of",
    "field_of",
    "level_of",
]

HIGHEST_STATION = 1e6
"""Metres: beyond the satellites that measure the field."""

Engine = Literal["auto", "direct", "gridded", "lattice", "levels", "dense"]

FieldOption = Annotated[
    tuple[float, float, float] | None,
    typer.Option(
        "--field",
        metavar="I D F",
        help="Inducing field: inclination, declination (degrees) and intensity (nT). Needed where the file has none.",
    ),
]
ColumnsOption = Annotated[
    str | None,
    typer.Option(
        metavar="easting=NAME,...",
        help="Columns of a CSV/XYZ table, by name or by number from 1: easting, northing, upward, tmi (or gz and "
        "other components), uncertainty.",
    ),
]
HeightOption = Annotated[
    float | None,
    typer.Option(
        metavar="H",
        help="Height of all stations in metres: above the ground of --topo where that is given, and an elevation "
        "elsewhere. For a file without heights.",
    ),
]
ElevationOption = Annotated[
    float | None,
    typer.Option(metavar="E", help="Elevation of all stations in metres, positive up. For a file without heights."),
]
EveryOption = Annotated[int, typer.Option(metavar="N", min=1, help="Take each N-th station only.")]
EngineOption = Annotated[
    Engine,
    typer.Option(help="How the physics is applied; all give the same numbers to within --rtol.", show_default=True),
]
DemagnetizationOption = Annotated[
    bool,
    typer.Option("--demagnetization", help="Cells magnetize each other: for susceptibilities above 0.1 SI; slower."),
]
RTOL_HELP = "Error tolerated in the physics A of a model m, relative to |A||m| in the Euclidean norm."
RtolOption = Annotated[
    float | None,
    typer.Option(
        metavar="ERROR",
        help=f"{RTOL_HELP}  [default: exact for direct, gridded and dense, 1e-6 for auto, lattice and levels]",
    ),
]
DataSetOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Of a joint solution: data set, by name or number; the first by default."),
]
SectionOption = Annotated[
    str | None,
    typer.Option(
        metavar="PLACES",
        help="Where sections are cut, in metres: east=E,north=N,depth=D,line=E1:N1,E2:N2, each optional; "
        "elevation=Z in place of a depth below the ground, line=NAME of a survey line. Default: where the body is.",
        show_default=False,
    ),
]
OutOption = Annotated[Path, typer.Option("--out", metavar="FILE", help="File to write: netCDF .nc, Zarr .zarr.")]


def field_of(option: tuple[float, float, float] | None) -> MainField | None:
    """Field that ``--field`` names, if it is given.

    Raises
    ------
    InputError
        If an angle is out of range or the intensity is not in nT.
    """
    try:
        return None if option is None else MainField(*option)
    except InputError as error:
        raise InputError(str(error).replace("MainField", "--field", 1)) from None


def level_of(height: float | None, elevation: float | None) -> float | None:
    """Elevation of all stations that ``--elevation`` or, where there is no ground, ``--height`` gives.

    Raises
    ------
    InputError
        If both are given, or one is not a number of metres near the Earth.
    """
    if height is not None and elevation is not None:
        raise InputError(
            f"the heights of the stations expect one of --height and --elevation, got {height:g} and {elevation:g} m; "
            "leave one out"
        )
    for name, value in (("--height", height), ("--elevation", elevation)):
        if value is not None and not abs(value) <= HIGHEST_STATION:
            raise InputError(f"{name} expects metres, got {value:g}; give a height within {HIGHEST_STATION:g} m")
    return elevation if height is None else height


def columns_of(option: str | None) -> dict[str, str | int] | None:
    """Columns by quantity that ``--columns`` names, if it is given.

    Raises
    ------
    typer.BadParameter
        If the text is not a list of ``quantity=column``.

    Examples
    --------
    >>> columns_of("easting=E_Nad83,tmi=7")
    {'easting': 'E_Nad83', 'tmi': '7'}
    """
    if option is None:
        return None
    columns: dict[str, str | int] = {}
    for part in option.split(","):
        quantity, equals, column = (text.strip() for text in part.partition("="))
        if not (quantity and equals and column) or quantity in columns:
            raise typer.BadParameter(
                f"--columns expects quantity=column, each quantity once, such as easting=X,tmi=RMF, got {part!r}"
            )
        columns[quantity] = column
    return columns
